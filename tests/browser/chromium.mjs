// The browser of the tests and benchmarks, and the packages from npm.

import { createRequire } from "node:module";

const { HEADROOM_CHROMIUM, HEADROOM_NODE_MODULES } = process.env;
if (!HEADROOM_CHROMIUM || !HEADROOM_NODE_MODULES) {
  console.error("error: this needs a browser and a server: run it by `cargo xtask test` or `cargo xtask bench`");
  process.exit(1);
}
// The packages are in the user's cache, where `import` does not look.
export const require = createRequire(`${HEADROOM_NODE_MODULES}/`);
const { chromium } = require("playwright-core");

/** Starts a Chromium without a window. */
export function launch() {
  return chromium.launch({
    executablePath: HEADROOM_CHROMIUM,
    args: [
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      // Root cannot use the sandbox.
      ...(process.getuid() === 0 ? ["--no-sandbox"] : []),
    ],
  });
}
