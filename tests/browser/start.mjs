// What is seen where the app cannot start.

import assert from "node:assert/strict";
import { test } from "node:test";

import { browser, url } from "./harness.mjs";

test("a static message says so if the wasm does not come", async (t) => {
  const context = await browser.newContext();
  t.after(() => context.close());
  const page = await context.newPage();
  await page.route("**/*.wasm", (route) => route.abort());
  await page.goto(url);
  await page.getByText("The course is starting").waitFor();
  assert.equal(await page.getByText("has stopped").isVisible(), false);
});
