export type { AtomTree, NodeMoments, TreeNodes } from "./atom-tree.js";
export { buildTree, type TreeOptions } from "./build-tree.js";
export { type Block, coarseGrid, type Grid, type GridTile } from "./grid.js";
export { type GridOptions, type GridSource, scanGrid } from "./scan-grid.js";
export { type TreeBackend, type TreeScan, treeBackend } from "./tree-backend.js";
