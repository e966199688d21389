// The model gives the same bytes on the host, in node and in Chromium.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { launch } from "../browser/chromium.mjs";

const { HEADROOM_URL, HEADROOM_PROBE, HEADROOM_DIGESTS } = process.env;

const lines = (text) => text.trim().split("\n");
const host = lines(readFileSync(HEADROOM_DIGESTS, "utf8"));

test("the host ran every scenario", () => {
  for (const line of host) assert.match(line, /^\w+ (expected|exact) [\d.]+ [\da-f]{16}$/);
});

test("same bytes in node", async () => {
  const { digests, initSync } = await import(pathToFileURL(`${HEADROOM_PROBE}/headroom_probe.js`));
  initSync({ module: readFileSync(`${HEADROOM_PROBE}/headroom_probe_bg.wasm`) });
  assert.deepEqual(lines(digests()), host);
});

test("same bytes in Chromium", async () => {
  const browser = await launch();
  try {
    const page = await browser.newPage();
    await page.goto(HEADROOM_URL);
    const digests = await page.evaluate(async () => {
      const probe = await import("./headroom_probe.js");
      await probe.default();
      return probe.digests();
    });
    assert.deepEqual(lines(digests), host);
  } finally {
    await browser.close();
  }
});
