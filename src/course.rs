//! The course: thirteen sections as data.
//!
//! A section is text (Markdown beside this file, turned into typed blocks at
//! build time) and data (a figure: scenarios with named holes, sliders that
//! fill them, a prediction, goals). Nothing here knows a browser.

pub mod figure;
