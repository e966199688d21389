// What is measured in Chromium: the model, and what a slider costs.
//
// Times depend on the machine, so each stands beside an anchor: a fixed piece
// of work of the same kind, timed in the same run. Compare ratios.

import { readFileSync, writeFileSync } from "node:fs";
import { arch, cpus, platform } from "node:os";

import { launch } from "../tests/browser/chromium.mjs";
import { CASES, measureExact } from "./exact.mjs";

const { HEADROOM_URL, HEADROOM_PROBE_URL, HEADROOM_SCENARIOS, HEADROOM_RESULTS, HEADROOM_NATIVE } = process.env;

const browser = await launch();
const results = {};
try {
  await model();
  await exact();
  await slider();
  await redraw();
} finally {
  await browser.close();
}

const report = {
  date: new Date().toISOString().slice(0, 10),
  model: results.version,
  machine: `${cpus().length} cores, ${platform()} ${arch()}, Chromium ${browser.version()}, headless`,
  measured: results.measured,
  native: JSON.parse(HEADROOM_NATIVE),
};
writeFileSync(HEADROOM_RESULTS, `${JSON.stringify(report, null, 2)}\n`);
for (const [name, { milliseconds, anchor, ratio, budget }] of Object.entries(report.measured)) {
  const of = budget === null ? "" : `, of ${budget} ms`;
  console.log(`${name}: ${milliseconds} ms${of}; ${ratio} times ${anchor}`);
}

function note(name, milliseconds, anchor, anchorMilliseconds, budget = null) {
  const round = (value) => Number(value.toPrecision(3));
  results.measured ??= {};
  results.measured[name] = {
    milliseconds: round(milliseconds),
    budget,
    anchor,
    anchor_milliseconds: round(anchorMilliseconds),
    ratio: round(milliseconds / anchorMilliseconds),
  };
}

/**
 * A day and a week on the expected data plane, in wasm that the browser has
 * compiled to its end. A figure plays one scenario after the other with one
 * player, which knows the laws of response times from the last; the first run
 * of all has to compute them.
 */
async function model() {
  const page = await browser.newPage();
  await page.goto(HEADROOM_PROBE_URL);
  const read = (name) => readFileSync(`${HEADROOM_SCENARIOS}/${name}.json`, "utf8");
  const { version, anchor, first, day, week } = await page.evaluate(
    async ({ day, week }) => {
      const probe = await import("./headroom_probe.js");
      await probe.default();
      const median = (runs, work) => {
        const times = [];
        for (let i = 0; i < runs; i += 1) {
          const begin = performance.now();
          work();
          times.push(performance.now() - begin);
        }
        times.sort((a, b) => a - b);
        return times[runs >> 1];
      };
      // Ten million steps of a generator that no compiler can shorten.
      const loop = () => {
        let x = 1;
        for (let i = 0; i < 1e7; i += 1) x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
        return x;
      };
      const player = new probe.Player();
      const anew = (scenario) => {
        const player = new probe.Player();
        player.play(scenario);
        player.free();
      };
      player.play(day);
      anew(day);
      return {
        version: probe.version(),
        anchor: median(15, loop),
        first: median(15, () => anew(day)),
        day: median(15, () => player.play(day)),
        week: median(7, () => anew(week)),
      };
    },
    { day: read("day"), week: read("week") },
  );
  results.version = version;
  const name = "ten million steps of a JavaScript loop";
  note("a day, expected, in wasm", day, name, anchor, 12);
  note("the first day of a figure", first, name, anchor);
  note("a week, expected, in wasm", week, name, anchor, 100);
  await page.close();
}

/** A million requests, one by one, in wasm. */
async function exact() {
  const page = await browser.newPage();
  await page.goto(HEADROOM_PROBE_URL);
  const { anchor, ...milliseconds } = await measureExact(page);
  const name = "a million customers of M/M/4 in a heap of events in JavaScript";
  for (const [what, { budget }] of Object.entries(CASES)) {
    note(`a million requests, exact, in wasm: ${what}`, milliseconds[what], name, anchor, budget);
  }
  await page.close();
}

/** From a key on a slider to the painted chart, on a day-long run. */
async function slider() {
  const anchor = await presses(async (page) => {
    await page.goto(HEADROOM_PROBE_URL);
    await page.evaluate(() => {
      document.body.innerHTML = '<input type="range" min="30" max="90" step="5" value="70">';
    });
    return page.locator("input");
  });
  const course = await presses(async (page) => {
    await page.goto(`${HEADROOM_URL}#/the-spike?day=on`);
    return page.getByRole("slider", { name: "CPU target", exact: true });
  });
  const name = "the same on an empty page";
  note("a key on a slider to the painted chart, p98", course.p98, name, anchor.p98, 50);
  note("script for one step of a slider", course.script, name, Math.max(anchor.script, 0.01));
  note("longest task", course.longest, name, Math.max(anchor.longest, 1), 50);
}

/** 200 key presses, each after the frame of the one before. */
async function presses(open) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  const control = await open(page);
  await control.waitFor();
  await control.focus();
  await page.evaluate(() => {
    globalThis.durations = [];
    globalThis.tasks = [];
    new PerformanceObserver((list) => {
      for (const { name, duration } of list.getEntries()) {
        if (name === "keydown" || name === "input") durations.push(duration);
      }
    }).observe({ type: "event", durationThreshold: 16 });
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) tasks.push(duration);
    }).observe({ type: "longtask" });
  });
  const script = await scriptClock(context, page);
  const before = await script();
  const count = 200;
  for (let i = 0; i < count; i += 1) {
    await page.keyboard.press(i % 20 < 10 ? "ArrowLeft" : "ArrowRight");
    await frame(page);
  }
  const after = await script();
  const { durations, tasks } = await page.evaluate(() => ({ durations, tasks }));
  await context.close();
  // What took less than the observer's threshold is not reported; the threshold stands for it.
  const all = [...durations, ...Array(Math.max(0, count - durations.length)).fill(16)].sort((a, b) => a - b);
  return {
    p98: all[Math.floor(all.length * 0.98)],
    script: (after - before) / count,
    longest: Math.max(0, ...tasks),
  };
}

/** All five charts of a day by the minute, drawn anew since their width changed. */
async function redraw() {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.goto(`${HEADROOM_URL}#/the-spike?day=on&t=86400`);
  await page.getByRole("button", { name: "More charts" }).click();
  // What the worker finds out while nothing moves is drawn, too: it comes first.
  await page.waitForFunction(() => /exact in/.test(document.querySelector(".fidelity")?.textContent));
  await page.waitForFunction(() => document.querySelectorAll("main figure canvas").length >= 5);
  await frame(page);
  const script = await scriptClock(context, page);
  const count = 100;
  const spent = async (change) => {
    const before = await script();
    for (let i = 0; i < count; i += 1) {
      await change(i);
      await frame(page);
    }
    return ((await script()) - before) / count;
  };
  const idle = await spent(() => {});
  // The charts' frame alone, so that nothing else of the page is laid out anew.
  const all = await spent((i) =>
    page.evaluate((i) => {
      document.querySelector(".charts").style.width = `${700 + (i % 2)}px`;
    }, i),
  );
  await context.close();
  note("redraw of five charts of a day, script", all - idle, "two frames of the same page at rest", idle, 4);
}

/** Waits until what was changed is painted. */
function frame(page) {
  return page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

/** A clock of the time that the page's scripts have taken so far [ms]. */
async function scriptClock(context, page) {
  const client = await context.newCDPSession(page);
  await client.send("Performance.enable");
  return async () => {
    const { metrics } = await client.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === "ScriptDuration").value * 1000;
  };
}
