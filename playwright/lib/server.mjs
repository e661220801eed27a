// The built page's server: the one `cargo xtask test` has started (ZERA_URL), or one of our own on a free port.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The repository's root. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The page's address, with a slash at its end, and how to stop serving. */
export async function serve() {
  if (process.env.ZERA_URL) return { url: process.env.ZERA_URL, stop: () => {} };
  const [program, ...first] = process.env.ZERA_XTASK ? [process.env.ZERA_XTASK] : ["cargo", "xtask"];
  const server = spawn(program, [...first, "serve", "--no-build", "--port", "0"], {
    cwd: ROOT,
    detached: true,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const stop = () => {
    try {
      process.kill(-server.pid, "SIGTERM");
    } catch {
      // It has ended already.
    }
  };
  const url = await new Promise((resolve, reject) => {
    let said = "";
    server.stdout.on("data", (chunk) => {
      said += chunk;
      const found = /http:\/\/\S+/.exec(said);
      if (found) resolve(found[0]);
    });
    server.once("error", reject);
    server.once("exit", (code) => reject(new Error(`the server ended with ${code}; build the page first: cargo xtask serve`)));
  });
  return { url, stop };
}
