export * from "./fastest-backend.js";
