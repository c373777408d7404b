export { editDistance, nearest } from "@fluxion/io";
