// "Check this simulator": the model held against theory, by the visitor.

import assert from "node:assert/strict";
import { test } from "node:test";

import { assertQuiet, open, theme, themes, until, violations } from "./harness.mjs";

const NAME = "Check this simulator";

/** Opens the course with a theme, and goes from there to the page. */
async function visit(t, name, size) {
  const page = await open(t, "", size);
  const menu = page.getByRole("button", { name: "Menu" });
  if (await menu.isVisible()) await menu.click();
  await theme(page, name);
  await page.getByRole("link", { name: NAME }).click();
  await page.getByRole("heading", { level: 1, name: NAME }).waitFor();
  await until(page, () => page.workers().length === 1, "the page's worker");
  return page;
}

/** Runs one of the checks to its end; returns its verdict. */
async function run(page, button, verdict) {
  await page.getByRole("button", { name: button }).click();
  await page.locator(verdict).getByText(/agree|are off|lie within/).waitFor({ timeout: 60_000 });
  return page.locator(verdict).textContent();
}

test("the theory table agrees with theory", async (t) => {
  const page = await visit(t, "light");
  await page.getByLabel("Requests of each queue").selectOption("100,000");
  assert.match(await run(page, "Run the theory table", "#theory-verdict"), /^All \d+ figures agree/);
  const rows = page.locator("#theory-rows tr");
  assert.ok((await rows.count()) >= 11);
  assert.match(await rows.first().textContent(), /M\/M\/10\.8mean wait4\.0000/);
  assertQuiet(page);
});

test("an audit shows each minute of both planes, and what is marked", async (t) => {
  const page = await visit(t, "light");
  await page.getByLabel("Which hour").selectOption({ index: 1 });
  const verdict = await run(page, "Run the audit", "#audit-verdict");
  const [, marked] = /; (\d+) of 60 are marked as approximate/.exec(verdict);
  await page.getByText("All minutes as a table").click();
  assert.equal(await page.locator("#audit-rows tr").count(), 60);
  assert.equal(await page.locator("#audit-rows").getByText("approximate").count(), Number(marked));
  assert.ok(Number(marked) > 0);
  assert.equal(await page.locator("#plot .dot").count(), 60);
  assertQuiet(page);
});

test("a check gives way to the next one", async (t) => {
  const page = await visit(t, "light");
  await page.getByLabel("Requests of each queue").selectOption("4,000,000");
  await page.getByRole("button", { name: "Run the theory table" }).click();
  await page.getByLabel("Which hour").selectOption({ index: 0 });
  assert.match(await run(page, "Run the audit", "#audit-verdict"), /0 of 60 are marked/);
  assert.equal(await page.locator("#audit-rows tr").count(), 60);
});

test("it keeps the course's theme and is accessible, before and after", async (t) => {
  for (const name of themes) {
    const page = await visit(t, name);
    assert.deepEqual(await violations(page), [], name);
    await run(page, "Run the audit", "#audit-verdict");
    assert.deepEqual(await violations(page), [], `${name}, with a plot`);
    assertQuiet(page);
  }
});

test("it fits a narrow screen", async (t) => {
  const page = await visit(t, "light", { width: 320, height: 640 });
  await run(page, "Run the audit", "#audit-verdict");
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 320, `${wide} px wide`);
});
