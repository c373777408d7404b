export type { AtomTree, NodeMoments, TreeNodes } from "./atom-tree.js";
export { buildTree, type TreeOptions } from "./build-tree.js";
export { type TreeBackend, type TreeScan, treeBackend } from "./tree-backend.js";
