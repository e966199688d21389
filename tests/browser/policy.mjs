// The content security policy is in force in what is shipped.

import assert from "node:assert/strict";
import { test } from "node:test";

import { open } from "./harness.mjs";

/** Runs a function in the page outside of the debugger's evaluation, which the policy does not bind. */
function inPage(page, attempt) {
  return page.evaluate(
    ([attempt]) => {
      const run = globalThis.attempts[attempt];
      return new Promise((done) => {
        setTimeout(() => {
          try {
            done(`it ran: ${run()}`);
          } catch (error) {
            done(error.name);
          }
        });
      });
    },
    [attempt],
  );
}

test("content security policy", async (t) => {
  const page = await open(t);
  await page.evaluate(() => {
    globalThis.attempts = {
      eval: () => (0, eval)("1 + 1"),
      function: () => new Function("return 1")(),
      innerHTML: () => {
        document.createElement("div").innerHTML = "<b>text</b>";
      },
      scriptText: () => {
        document.createElement("script").textContent = "globalThis.ran = true";
      },
      worker: () => new Worker("https://example.com/worker.js"),
      policy: () => trustedTypes.createPolicy("another", { createScriptURL: (address) => address }),
      again: () => trustedTypes.createPolicy("headroom", { createScriptURL: (address) => address }),
    };
  });

  await t.test("strings do not become code", async () => {
    assert.equal(await inPage(page, "eval"), "EvalError");
    assert.equal(await inPage(page, "function"), "EvalError");
  });
  await t.test("strings do not become markup or scripts", async () => {
    assert.equal(await inPage(page, "innerHTML"), "TypeError");
    assert.equal(await inPage(page, "scriptText"), "TypeError");
    assert.equal(await inPage(page, "worker"), "TypeError");
  });
  await t.test("no script makes a policy of its own", async () => {
    assert.equal(await inPage(page, "policy"), "TypeError");
    assert.equal(await inPage(page, "again"), "TypeError");
  });
  await t.test("inline styles are refused", async () => {
    const color = await page.evaluate(() => {
      const element = document.createElement("p");
      element.setAttribute("style", "color: rgb(1, 2, 3)");
      document.body.append(element);
      const { color } = getComputedStyle(element);
      element.remove();
      return color;
    });
    assert.notEqual(color, "rgb(1, 2, 3)");
  });
  await t.test("other hosts are not asked", async () => {
    const outcome = await page.evaluate(() =>
      fetch("http://127.0.0.1:9/").then(
        () => "fetched",
        (error) => error.name,
      ),
    );
    assert.equal(outcome, "TypeError");
    const refused = page.said.filter((line) => line.includes("connect-src"));
    assert.notEqual(refused.length, 0, page.said.join("\n"));
  });
});
