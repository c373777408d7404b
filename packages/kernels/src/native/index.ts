export * from "./native-backend.js";
