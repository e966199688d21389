// Questions, and the progress that is kept of them.

import assert from "node:assert/strict";
import { test } from "node:test";

import { assertQuiet, open, ready } from "./harness.mjs";

const dot = (page) => page.locator("#menu a[aria-current] .dot").getAttribute("class");

test("a wrong answer names the mistake, a right one says why", async (t) => {
  const page = await open(t, "#/target-tracking");
  const first = page.locator(".ask").first();
  const check = async (typed) => {
    await first.getByRole("textbox").fill(typed);
    await first.getByRole("textbox").press("Enter");
    return first.locator(".feedback").innerText();
  };
  assert.match(await check("68"), /Not quite.*4 tasks at 85/s);
  assert.match(await check("much"), /Not a number/);
  assert.match(await check("63,75 %"), /Right.*3 × 85 \/ 4/s);
  assert.match(await page.getByRole("status").last().innerText(), /Right/, "it is read out");
  const choice = page.locator(".ask").nth(3);
  await choice.getByRole("radio").first().check();
  assert.match(await choice.locator(".feedback").innerText(), /Not quite.*lock/s);
  assertQuiet(page);
});

test("what was done is still there after a reload", async (t) => {
  const page = await open(t, "#/the-spike");
  assert.equal(await dot(page), "dot");
  await page.locator(".ask").nth(1).getByRole("radio").first().check();
  assert.equal(await dot(page), "dot is-begun");
  await page.reload();
  await ready(page);
  assert.equal(await dot(page), "dot is-begun");

  // All of it: both goals by their sliders and switches, and the other question.
  await page.locator(".ask").first().getByRole("textbox").fill("5");
  await page.locator(".ask").first().getByRole("button", { name: "Check" }).click();
  await page.evaluate(() => location.assign("#/the-spike?min=8&target=80"));
  await page.locator(".goals .met").first().waitFor();
  await page.getByRole("checkbox", { name: /24 hours/ }).check();
  await page.getByRole("checkbox", { name: /Hold that minimum/ }).check();
  await page.locator(".goals li.met").nth(1).waitFor();
  assert.equal(await dot(page), "dot is-done");
  assertQuiet(page);
});

test("storage that refuses is said once, and the course goes on", async (t) => {
  const page = await open(t, "#/the-spike");
  await page.evaluate(() => {
    Storage.prototype.setItem = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
  });
  await page.locator(".ask").nth(1).getByRole("radio").first().check();
  await page.getByRole("alert").getByText("does not let this page store").waitFor();
  assert.equal(await dot(page), "dot is-begun");
  assertQuiet(page);
});
