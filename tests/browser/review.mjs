// What comes back, and what is kept of what was done.

import assert from "node:assert/strict";
import { test } from "node:test";

import { assertQuiet, open, ready, violations } from "./harness.mjs";

const BEFORE = ["Its image is pulled", "Its process starts and boots"];

/** Answers the first question of Target tracking wrongly. */
async function miss(page) {
  const first = page.locator(".asked").first();
  await first.getByRole("textbox").fill("68");
  await first.getByRole("textbox").press("Enter");
  await first.locator(".feedback").waitFor();
  return first;
}

test("steps are put in order by keyboard, and a wrong order names the mistake", async (t) => {
  const page = await open(t, "#/desired-running-pending");
  const order = page.locator(".ask", { has: page.locator(".order") });
  const steps = () => order.locator(".order li > span").allInnerTexts();
  const check = async () => {
    await order.getByRole("button", { name: "Check", exact: true }).press("Enter");
    return order.locator(".feedback").innerText();
  };
  assert.match(await check(), /Not quite/);
  const right = [
    ...BEFORE,
    "It is registered with the load balancer",
    "Its first health check passes",
    "It takes its first request",
    "Its caches are warm",
  ];
  for (const [place, step] of right.entries()) {
    const up = order.getByRole("button", { name: `Earlier: ${step}` });
    for (let at = (await steps()).indexOf(step); at > place; at -= 1) {
      await up.press("Enter");
      assert.equal((await steps()).indexOf(step), at - 1);
    }
    assert.ok(await up.evaluate((button) => button.isConnected), "it keeps its place in the page");
  }
  assert.deepEqual(await steps(), right);
  assert.match(await check(), /Right/);
  assertQuiet(page);
});

test("a question has further variants, and each is marked by its own numbers", async (t) => {
  const page = await open(t, "#/target-tracking");
  const first = await miss(page);
  const asked = await first.locator("legend").innerText();
  await first.getByRole("button", { name: "Another one like it" }).click();
  const again = await first.locator("legend").innerText();
  assert.notEqual(again, asked);
  const [tasks, cpu] = again.match(/(\d+) tasks stand at (\d+)/).slice(1).map(Number);
  await first.getByRole("textbox").fill(((tasks * cpu) / (tasks + 1)).toFixed(2));
  await first.getByRole("textbox").press("Enter");
  assert.match(await first.locator(".feedback").innerText(), /Right/);
  assertQuiet(page);
});

test("a missed question waits in the review until it is right", async (t) => {
  const page = await open(t, "#/target-tracking");
  await miss(page);
  const toReview = page.getByRole("link", { name: "Review · 1" });
  await toReview.click();
  await page.getByRole("heading", { level: 1, name: "Review" }).waitFor();
  const waiting = page.locator(".asked");
  assert.equal(await waiting.count(), 1);
  const [tasks, cpu] = (await waiting.locator("legend").innerText())
    .match(/(\d+) tasks stand at (\d+)/)
    .slice(1)
    .map(Number);
  await waiting.getByRole("textbox").fill(String((tasks * cpu) / (tasks + 1)));
  await waiting.getByRole("textbox").press("Enter");
  await page.getByRole("link", { name: "Review", exact: true }).waitFor();
  await page.reload();
  await ready(page);
  assert.equal(await page.locator(".asked").count(), 0);
  assert.match(await page.locator("main").innerText(), /Nothing waits here/);
  assertQuiet(page);
});

test("a bet is kept, and cannot be made anew", async (t) => {
  const page = await open(t, "#/target-tracking");
  await page.locator(".bet .choice").nth(2).click();
  await page.locator(".bet [aria-pressed=true]").waitFor();
  await page.evaluate(() => location.assign("#/the-spike"));
  await page.getByRole("heading", { level: 1, name: "The spike" }).waitFor();
  await page.evaluate(() => location.assign("#/target-tracking"));
  await page.locator(".bet .choice").nth(2).and(page.locator("[aria-pressed=true]")).waitFor();
  assert.equal(await page.locator(".bet .skip-bet").count(), 0);
  await page.locator(".bet .choice").nth(1).press("Enter");
  assert.equal(await page.locator(".bet .choice").nth(1).getAttribute("aria-pressed"), "false");
  assertQuiet(page);
});

test("what was done is carried to another browser by a code", async (t) => {
  const page = await open(t, "#/target-tracking");
  await miss(page);
  await page.locator(".bet .choice").first().click();
  await page.evaluate(() => location.assign("#/review"));
  const code = await page.getByLabel("The code of what you have done").inputValue();
  assert.match(code, /^[0-9a-z]{10,400}$/);

  const other = await open(t, "#/review");
  const add = async (given) => {
    await other.getByLabel("A code from another browser").fill(given);
    await other.getByRole("button", { name: "Add it" }).click();
    return other.locator("#take-along ~ .feedback").innerText();
  };
  assert.match(await add(""), /no code in the field/);
  assert.match(await add(code.slice(1)), /not a whole code/);
  assert.match(await add(code.toUpperCase()), /added to what you have done/);
  assert.equal(await other.getByLabel("The code of what you have done").inputValue(), code);
  assert.match(await other.getByRole("row", { name: /Target tracking/ }).innerText(), /1 of 3/);
  assertQuiet(other);
  assertQuiet(page);
});

test("all is forgotten at the second press, not the first", async (t) => {
  const page = await open(t, "#/target-tracking");
  await miss(page);
  await page.evaluate(() => location.assign("#/review"));
  const stored = () => page.evaluate(() => localStorage.getItem("headroom.progress"));
  await page.getByRole("button", { name: "Forget all that I did" }).click();
  assert.match(await stored(), /missed share/);
  await page.getByRole("button", { name: "Forget it all: press again" }).click();
  assert.equal(await stored(), "headroom progress 1");
  await page.getByRole("button", { name: "Forget all that I did" }).waitFor();
  assertQuiet(page);
});

test("the review is accessible and fits a narrow screen", async (t) => {
  const page = await open(t, "#/target-tracking", { width: 320, height: 640 });
  await miss(page);
  await page.evaluate(() => location.assign("#/review"));
  await page.getByRole("heading", { level: 1, name: "Review" }).waitFor();
  assert.deepEqual(await violations(page), []);
  const wide = () => document.documentElement.scrollWidth > document.documentElement.clientWidth;
  assert.equal(await page.evaluate(wide), false);
  assertQuiet(page);
});
