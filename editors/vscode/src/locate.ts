/** Finds the wflint to start: the one that the user names, that of the selected Python, or that on PATH. */

import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import * as path from "node:path";
import * as vscode from "vscode";

const PYTHON = "ms-python.python";
const IS_WINDOWS = process.platform === "win32";
const EXECUTABLE = IS_WINDOWS ? "wflint.exe" : "wflint";

/** A wflint on disk; `source` says to the user where it was found. */
export interface Program {
  command: string;
  source: string;
}

/** The part of the Python extension's interface that is used here. */
interface PythonApi {
  environments: {
    getActiveEnvironmentPath(resource?: vscode.Uri): { path: string };
    resolveEnvironment(
      environment: { path: string },
    ): Promise<{ executable: { uri?: vscode.Uri } } | undefined>;
    onDidChangeActiveEnvironmentPath(listener: () => unknown): vscode.Disposable;
  };
}

/** Return the wflint to start for a folder; `undefined` if there is none. */
export async function locate(folder: vscode.Uri | undefined): Promise<Program | undefined> {
  const named = vscode.workspace.getConfiguration("wflint", folder).get<string>("path", "");
  if (named !== "") {
    const command = inFolder(named, folder);
    return (await isExecutable(command)) ? { command, source: "the setting wflint.path" } : undefined;
  }
  const python = await selectedPython(folder);
  if (python !== undefined) {
    const command = path.join(path.dirname(python), EXECUTABLE);
    if (await isExecutable(command)) {
      return { command, source: "the selected Python interpreter" };
    }
  }
  for (const directory of (process.env.PATH ?? "").split(path.delimiter)) {
    const command = path.join(directory, EXECUTABLE);
    if (path.isAbsolute(directory) && (await isExecutable(command))) {
      return { command, source: "PATH" };
    }
  }
  return undefined;
}

/** Call `listener` when another interpreter is selected. */
export async function onInterpreterChange(listener: () => unknown): Promise<vscode.Disposable> {
  const api = await pythonApi();
  return api?.environments.onDidChangeActiveEnvironmentPath(listener) ?? { dispose: () => undefined };
}

/** Return what a wflint says of its version, such as `0.1.0`; an error tells why it does not start. */
export function versionOf(program: Program): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program.command, ["--version"], { timeout: 20_000 }, (error, stdout) => {
      if (error !== null) {
        reject(error);
      } else {
        resolve(stdout.trim().split(/\s+/).at(-1) ?? "");
      }
    });
  });
}

async function selectedPython(folder: vscode.Uri | undefined): Promise<string | undefined> {
  const environments = (await pythonApi())?.environments;
  if (environments === undefined) {
    return undefined;
  }
  const resolved = await environments.resolveEnvironment(environments.getActiveEnvironmentPath(folder));
  return resolved?.executable.uri?.fsPath;
}

async function pythonApi(): Promise<PythonApi | undefined> {
  const extension = vscode.extensions.getExtension<PythonApi>(PYTHON);
  if (extension === undefined) {
    return undefined;
  }
  try {
    return extension.isActive ? extension.exports : await extension.activate();
  } catch {
    return undefined;
  }
}

function inFolder(named: string, folder: vscode.Uri | undefined): string {
  const root = folder?.fsPath ?? "";
  const written = named.replaceAll("${workspaceFolder}", root);
  return path.isAbsolute(written) ? written : path.join(root, written);
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, IS_WINDOWS ? constants.F_OK : constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
