// Starts the page. A file of its own, because the Content-Security-Policy allows no inline script.
import init from "./zera-web.js";

await init();
