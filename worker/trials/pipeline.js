// A pipeline of the trials: their own program in another thread, compiled once, as the page's pipelines are.
import { initSync, pipeline } from "/trials.js";

addEventListener("message", ({ data }) => {
  initSync({ module: data });
  pipeline();
}, { once: true });

addEventListener("error", (event) => {
  event.preventDefault();
  postMessage(event.message);
});
