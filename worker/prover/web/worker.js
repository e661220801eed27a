// A prover: its program is fetched when somebody proves for the first time. It says when it listens.
import init, { start } from "./prover.js";

// The end of the program is this prover's alone: the node hears of it and says so.
addEventListener("error", (event) => {
  event.preventDefault();
  postMessage(event.message);
});

try {
  await init();
  start();
} catch (error) {
  postMessage(String(error?.message ?? error));
}
