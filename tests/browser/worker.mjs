// The worker: it settles what theory cannot vouch for, comes back when it dies,
// and does not work for a page of another build.

import assert from "node:assert/strict";
import { test } from "node:test";

import { assertQuiet, open, ready, slider, url, until } from "./harness.mjs";

/** A link to the front door that is not playing, with minutes at 100 % CPU. */
const SPIKE = "#/the-spike?min=3&t=3600";

const fidelity = (page) => page.locator(".fidelity").textContent();
const isSettled = async (page) => /exact in \d+ minutes/.test(await fidelity(page));

async function pause(page) {
  const button = page.getByRole("button", { name: "Pause" });
  if (await button.isVisible()) await button.click();
}

test("what theory cannot vouch for is settled while nothing moves", async (t) => {
  const page = await open(t, SPIKE);
  await pause(page);
  const asked = page.asked.length;
  await until(page, () => isSettled(page), "the run to be settled");

  await slider(page, "Minimum").focus();
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction(() => /approximate in/.test(document.querySelector(".fidelity").textContent));
  await until(page, () => isSettled(page), "the next run to be settled");
  assert.equal(page.asked.length, asked, "nothing is asked of the network");
  assertQuiet(page);
});

test("the latest setting is settled, however often it moved before", async (t) => {
  const page = await open(t, SPIKE);
  await pause(page);
  await slider(page, "Minimum").focus();
  for (const key of ["ArrowRight", "ArrowRight", "ArrowLeft", "ArrowLeft"]) {
    await page.keyboard.press(key);
    await until(page, async () => /approximate/.test(await fidelity(page)) || (await isSettled(page)), "a run");
  }
  await until(page, () => isSettled(page), "the run to be settled");
  const settled = await page.locator(".figure").textContent();
  const other = await open(t, SPIKE);
  await pause(other);
  await until(other, () => isSettled(other), "the same run to be settled");
  assert.equal(await fidelity(page), await fidelity(other));
  assert.ok(settled.includes(await fidelity(other)));
});

test("a worker that dies comes back, and nothing is lost", async (t) => {
  const page = await open(t, SPIKE);
  await pause(page);
  await until(page, () => isSettled(page), "the run to be settled");
  const asked = page.asked.length;
  const dead = page.workers()[0];
  await dead.evaluate(() => {
    setTimeout(() => {
      throw new Error("on purpose");
    });
  });
  await until(page, () => page.workers().length === 1 && page.workers()[0] !== dead, "another worker");
  await slider(page, "Minimum").focus();
  await page.keyboard.press("ArrowRight");
  await until(page, async () => /approximate/.test(await fidelity(page)), "a new run");
  await until(page, () => isSettled(page), "the new run to be settled");
  assert.equal(await slider(page, "Minimum").inputValue(), "4");
  const own = page.asked.slice(asked).every((address) => /headroom-worker-[^/]*$/.test(address));
  assert.ok(own, page.asked.slice(asked).join("\n"));
});

/** Opens the front door with another script in the worker's place. */
async function openWith(t, answer) {
  const page = await open(t, "", { width: 320, height: 640 });
  await page.route(/headroom-worker-[^/]*\.js$/, answer);
  await page.goto("about:blank");
  await page.goto(url + SPIKE);
  await page.waitForSelector("#start[hidden]", { state: "attached" });
  await page.locator("main h1").waitFor();
  return page;
}

test("a worker of another build is refused", async (t) => {
  const body = 'postMessage(JSON.stringify({ build: "another" }));';
  const page = await openWith(t, (route) => route.fulfill({ contentType: "text/javascript", body }));
  await page.getByRole("alert").getByText("of different builds: reload the page").waitFor();
  assert.match(await fidelity(page), /approximate/);
});

test("without a worker minutes stay marked, and the page says so", async (t) => {
  const page = await openWith(t, (route) => route.fulfill({ status: 404, body: "" }));
  await page.getByRole("alert").getByText("Hatched minutes stay approximate").waitFor();
  await page.getByRole("button", { name: "All right" }).click();
  await slider(page, "Minimum").focus();
  await page.keyboard.press("ArrowRight");
  await until(page, async () => (await slider(page, "Minimum").inputValue()) === "4", "the slider to move");
  assert.match(await fidelity(page), /approximate/);
});

test("the app starts its worker after its first paint", async (t) => {
  const page = await open(t);
  const first = page.asked.findIndex((address) => address.includes("headroom-worker"));
  const app = page.asked.findIndex((address) => /headroom-[0-9a-f]+_bg\.wasm$/.test(address));
  assert.ok(app >= 0 && first > app, page.asked.join("\n"));
  await ready(page);
});
