// Every browser test. The tests read the sections from the page, so that a new
// one joins them by being linked.

import "./policy.mjs";
import "./sections.mjs";
import "./links.mjs";
import "./keyboard.mjs";
import "./questions.mjs";
import "./review.mjs";
import "./search.mjs";
import "./steps.mjs";
import "./stage.mjs";
import "./lesson.mjs";
import "./start.mjs";
import "./follows.mjs";
import "./worker.mjs";
import "./check.mjs";
