// The model gives the same bytes on the host, in node and in Chromium: on the
// scenarios of the course's kind, on as many that are drawn by chance, and in
// each function of libm that it calls.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";

import { launch } from "../browser/chromium.mjs";

const { HEADROOM_URL, HEADROOM_PROBE, HEADROOM_DIGESTS } = process.env;
const DRAWN = Number(process.env.HEADROOM_DRAWN);
const INPUTS = Number(process.env.HEADROOM_INPUTS);
/** So many scenarios are played at once, so that no call takes long. */
const AT_ONCE = 250;

const lines = (text) => text.trim().split("\n");
const host = lines(readFileSync(HEADROOM_DIGESTS, "utf8"));
const begin = host.findIndex((line) => line.startsWith("0 "));
const fixed = host.slice(0, begin);
const drawn = host.slice(begin, begin + DRAWN);
const functions = host.slice(begin + DRAWN);

const probe = await import(pathToFileURL(`${HEADROOM_PROBE}/headroom_probe.js`));
probe.initSync({ module: readFileSync(`${HEADROOM_PROBE}/headroom_probe_bg.wasm`) });

describe("the host", () => {
  test("ran every scenario", () => {
    for (const line of fixed) assert.match(line, /^\w+ (expected|exact) [\d.]+ [\da-f]{16}$/);
    assert.equal(drawn.length, DRAWN);
    assert.match(drawn.at(-1), new RegExp(`^${DRAWN - 1} `));
  });

  test("refused few of those that were drawn", () => {
    const refused = drawn.filter((line) => line.includes(" refused ")).length;
    assert(refused <= DRAWN / 10, `${refused} of ${DRAWN} are refused`);
  });

  test("called every function", () => {
    assert(functions.length > 10);
    for (const line of functions) assert.match(line, /^\w+ [\da-f]{16}$/);
  });
});

describe("node", () => same((name, ...values) => probe[name](...values)));

describe("Chromium", () => {
  let browser, page;
  before(async () => {
    browser = await launch();
    page = await browser.newPage();
    await page.goto(HEADROOM_URL);
    await page.evaluate(async () => {
      globalThis.probe = await import("./headroom_probe.js");
      await globalThis.probe.default();
    });
  });
  after(() => browser?.close());

  same((name, ...values) => page.evaluate(([name, values]) => globalThis.probe[name](...values), [name, values]));
});

/** Compares with the host what a call of one of the probe's functions gives. */
function same(call) {
  test("plays the same", async () => {
    assert.deepEqual(lines(await call("digests")), fixed);
  });

  test("plays the same of what was drawn", async () => {
    for (let from = 0; from < DRAWN; from += AT_ONCE) {
      const until = Math.min(from + AT_ONCE, DRAWN);
      const here = lines(await call("drawn_digests", from, until));
      for (let number = from; number < until; number += 1) {
        const [is, was] = [here[number - from], drawn[number]];
        if (is !== was) assert.fail(`${is} here, ${was} on the host:\n${probe.drawn_scenario(number)}`);
      }
    }
  });

  test("computes the same functions", async () => {
    assert.deepEqual(lines(await call("function_digests", INPUTS)), functions);
  });
}
