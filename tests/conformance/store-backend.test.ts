import type { WeightedAtoms } from "@fluxion/core";
import { FLOAT32_CODING, memorySink, memoryStore, storeWriter } from "@fluxion/io";
import { storeBackend } from "@fluxion/kernels";
import { scanBackendSuite } from "../../conformance/scan-backend-suite.js";

/** The atoms written as float32 to a store in memory, in shards of 3000 rows. */
function openStore({ points: { data, dim }, logWeights }: WeightedAtoms) {
  const { sink, files } = memorySink();
  const writer = storeWriter({ dim, coding: FLOAT32_CODING, shardRows: 3000, weighted: true }, sink);
  writer.push(data, { weights: logWeights.map(Math.exp) });
  writer.finish();
  return storeBackend(memoryStore(files));
}

scanBackendSuite("a store in float32, with bounds for the data as given", openStore, {
  cases: 300, // each opens a store
  reaches: 2e-6, // float32 coordinates, 2⁻²⁴ each, seen at α/β² up to 100
  takes: ({ weighting }) => weighting !== "partly zero", // a store has no rows without weight
});
