/**
 * Tries the packed extension in a real editor: code-server, driven by a headless Chromium.
 *
 *   node test/editor.mjs CODE_SERVER WFLINT [PICTURES]
 *
 * CODE_SERVER is the folder that `code-server.sh` has filled, WFLINT the wflint to start. Pictures of
 * what is seen are written to the folder PICTURES. It ends with 1 if something is not as it should be.
 */

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import puppeteer from "puppeteer-core";

const here = path.dirname(fileURLToPath(import.meta.url));
const vsix = path.join(here, "..", "dist", "wflint.vsix");
const orders = path.join(here, "..", "..", "..", "examples", "orders");
const PORT = 8767;
const PATIENCE = 40_000;
const OPENED = path.join("src", "orders", "workflow.py");

const [codeServer, wflint, pictures] = process.argv.slice(2);
const entry = path.join(codeServer, "node_modules", "code-server", "out", "node", "entry.js");
const home = mkdtempSync(path.join(realpathSync(tmpdir()), "wflint-editor-"));
const folder = path.join(home, "orders");
const data = path.join(home, "data");
const extensions = path.join(home, "extensions");

cpSync(orders, folder, { recursive: true, filter: (file) => !file.includes(".wflint_cache") });
spawnSync("git", ["init", "-q", folder]);
mkdirSync(path.join(data, "User"), { recursive: true });
writeFileSync(
  path.join(data, "User", "settings.json"),
  JSON.stringify({
    "wflint.path": wflint,
    "security.workspace.trust.enabled": false,
    "workbench.startupEditor": "none",
    "workbench.tips.enabled": false,
    "window.commandCenter": false,
    "editor.minimap.enabled": false,
    "chat.commandCenter.enabled": false,
  }),
);
const places = ["--user-data-dir", data, "--extensions-dir", extensions];
const environment = { ...process.env, HOME: home, XDG_CONFIG_HOME: path.join(home, "config") };

function run(args) {
  const ended = spawnSync(process.execPath, [entry, ...places, ...args], { env: environment });
  assert.equal(ended.status, 0, String(ended.stderr));
}

run(["--install-extension", vsix]);
const quiet = ["--disable-telemetry", "--disable-update-check", "--disable-workspace-trust"];
const server = spawn(
  process.execPath,
  [entry, ...places, ...quiet, "--auth", "none", "--bind-addr", `127.0.0.1:${PORT}`],
  { env: environment, stdio: ["ignore", "pipe", "inherit"] },
);
await new Promise((listening) =>
  server.stdout.on("data", (text) => String(text).includes("listening on") && listening()),
);
const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--force-device-scale-factor=1"],
  defaultViewport: { width: 1280, height: 900 },
});

try {
  const page = await browser.newPage();
  try {
    await tryIt(page);
  } catch (error) {
    await picture(page, "failed");
    throw error;
  }
} finally {
  await browser.close();
  server.kill();
  rmSync(home, { recursive: true, force: true });
}

async function tryIt(page) {
  const address = new URL(`http://127.0.0.1:${PORT}/`);
  address.searchParams.set("folder", folder);
  const file = `vscode-remote://127.0.0.1:${PORT}${path.join(folder, OPENED)}`;
  address.searchParams.set("payload", JSON.stringify([["openFile", file]]));
  await page.goto(address.href);
  await page.waitForSelector(".monaco-editor .view-line", { timeout: PATIENCE });

  await page.waitForSelector(".squiggly-error", { timeout: PATIENCE });
  await page.waitForSelector(".codelens-decoration", { timeout: PATIENCE });
  await picture(page, "lenses");

  await command(page, "View: Focus Problems");
  await page.waitForSelector(".markers-panel .monaco-list-row", { timeout: PATIENCE });
  const problems = await textOf(page, ".markers-panel");
  assert.match(problems, /WFL\d{3}/);
  await picture(page, "problems");

  await command(page, "View: Focus Active Editor Group");
  await command(page, "Go to Next Problem (Error, Warning, Info)");
  await page.keyboard.press("Escape");
  await page.keyboard.down("Control");
  await page.keyboard.press(".");
  await page.keyboard.up("Control");
  await page.waitForSelector(".action-widget .monaco-list-row", { timeout: PATIENCE });
  assert.match(await textOf(page, ".action-widget"), /WFL|[Ss]uppress|wflint/);
  await picture(page, "actions");
  await page.keyboard.press("Escape");

  await command(page, "wflint: Restart Server");
  await page.waitForFunction(() => !document.querySelector(".squiggly-error"), {
    timeout: PATIENCE,
  });
  await page.waitForSelector(".squiggly-error", { timeout: PATIENCE });
  console.log("The extension shows problems, lenses and actions, and starts again.");
}

async function command(page, title) {
  await page.keyboard.press("F1");
  await page.waitForSelector(".quick-input-widget input", { timeout: PATIENCE });
  await page.keyboard.type(title, { delay: 10 });
  await new Promise((done) => setTimeout(done, 800));
  await page.keyboard.press("Enter");
}

async function textOf(page, selector) {
  return page.$eval(selector, (element) => element.textContent);
}

async function picture(page, name) {
  if (pictures !== undefined) {
    mkdirSync(pictures, { recursive: true });
    await new Promise((done) => setTimeout(done, 700));
    await page.screenshot({ path: path.join(pictures, `${name}.png`) });
  }
}
