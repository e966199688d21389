// The search and the glossary.

import assert from "node:assert/strict";
import { test } from "node:test";

import { assertQuiet, open, themes, theme, violations } from "./harness.mjs";

const search = (page) => page.getByRole("searchbox", { name: "Search sections and terms" });

test("a section is found by its words and opened by keyboard", async (t) => {
  const page = await open(t, "#/the-spike");
  await search(page).fill("dead BAND");
  const hit = page.locator(".found li").first().getByRole("link");
  assert.match(await hit.innerText(), /Target tracking/);
  await page.keyboard.press("Tab");
  assert.ok(await hit.evaluate((link) => link === document.activeElement));
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Target tracking" }).waitFor();
  assert.equal(await search(page).inputValue(), "", "the list is gone");
  assert.equal(await page.locator(".found").count(), 0);
  assertQuiet(page);
});

test("a term is found and read without leaving the place", async (t) => {
  const page = await open(t, "#/the-spike");
  const before = page.url();
  await search(page).fill("deregistration");
  await page.locator(".found").getByRole("button", { name: /Deregistration delay/ }).click();
  await page.getByText("300 seconds by default. It gets nothing new").first().waitFor();
  assert.equal(page.url(), before);
  await search(page).fill("no such words");
  await page.getByText("Nothing found.").waitFor();
  assertQuiet(page);
});

test("a term in the text opens by keyboard, and gives the focus back", async (t) => {
  const page = await open(t, "#/target-tracking");
  const term = page.locator("article .term").first();
  const card = page.locator(`#${await term.getAttribute("popovertarget")}`);
  assert.equal(await card.isVisible(), false);
  await term.press("Enter");
  await card.waitFor();
  await page.keyboard.press("Escape");
  await card.waitFor({ state: "hidden" });
  assert.ok(await term.evaluate((button) => button === document.activeElement));
  assertQuiet(page);
});

test("each term is linked once in a section, and every link has its card", async (t) => {
  const page = await open(t, "#/desired-running-pending");
  const targets = await page.locator("article .term").evaluateAll((terms) =>
    terms.map((term) => term.getAttribute("popovertarget")),
  );
  assert.ok(targets.length >= 5, `${targets.length} terms`);
  assert.equal(new Set(targets).size, targets.length);
  for (const target of targets) {
    assert.equal(await page.locator(`#${target}[popover]`).count(), 1, target);
  }
  assertQuiet(page);
});

test("the glossary opens from the menu, and is accessible in every theme", async (t) => {
  const page = await open(t, "#/the-spike");
  for (const name of themes) {
    await theme(page, name);
    await page.getByRole("button", { name: "Glossary" }).click();
    const glossary = page.getByRole("dialog", { name: "Glossary" });
    await glossary.waitFor();
    assert.ok((await glossary.locator("dt").count()) >= 30);
    assert.deepEqual(await violations(page), []);
    await glossary.getByRole("button", { name: "Close" }).click();
    await glossary.waitFor({ state: "hidden" });
  }
  assertQuiet(page);
});
