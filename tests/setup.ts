import fc from "fast-check";

/**
 * Properties draw from one seed, so that a run of the tests can be repeated; `npm run test:all` draws afresh each time, and ten
 * times as often wherever a test does not say how often.
 */
if (process.env.FLUXION_TEST_ALL === "1") fc.configureGlobal({ numRuns: 1000 });
else fc.configureGlobal({ seed: 20261123 });
