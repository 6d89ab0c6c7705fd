/** Starts `wflint server` and shows what it says. All that wflint knows is in the server. */

import * as vscode from "vscode";
import {
  LanguageClient,
  type LanguageClientOptions,
  RevealOutputChannelOn,
  State,
} from "vscode-languageclient/node";
import { locate, onInterpreterChange, type Program, versionOf } from "./locate";

const PYTHON_FILES = { language: "python", scheme: "file" };
const NEEDS_RESTART = ["wflint.path"];
const INSTALL = "Copy pip Command";

let session: Session | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  session = new Session();
  context.subscriptions.push(
    session,
    vscode.commands.registerCommand("wflint.restart", () => session?.restart()),
    vscode.commands.registerCommand("wflint.showLogs", () => session?.log.show()),
    vscode.workspace.onDidChangeConfiguration(async (event) => {
      if (NEEDS_RESTART.some((key) => event.affectsConfiguration(key))) {
        await session?.restart();
      }
    }),
    await onInterpreterChange(() => session?.restart()),
  );
  await session.restart();
}

export async function deactivate(): Promise<void> {
  await session?.stop();
}

/** One server, and the places where the user sees how it is. */
class Session implements vscode.Disposable {
  readonly log = vscode.window.createOutputChannel("wflint", { log: true });
  private readonly status = vscode.languages.createLanguageStatusItem("wflint", PYTHON_FILES);
  private client: LanguageClient | undefined;
  private turn: Promise<void> = Promise.resolve();

  constructor() {
    this.status.name = "wflint";
    this.status.command = { command: "wflint.showLogs", title: "Logs" };
  }

  /** Stop the server and start it again; a second call waits for the first one. */
  restart(): Promise<void> {
    this.turn = this.turn.then(async () => {
      await this.end();
      await this.start();
    });
    return this.turn;
  }

  /** Stop the server. */
  stop(): Promise<void> {
    this.turn = this.turn.then(() => this.end());
    return this.turn;
  }

  dispose(): void {
    void this.stop();
    this.status.dispose();
    this.log.dispose();
  }

  private async start(): Promise<void> {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    const program = await locate(folder);
    if (program === undefined) {
      await this.missing();
      return;
    }
    this.show("wflint", "starting", vscode.LanguageStatusSeverity.Information, true);
    try {
      const version = await versionOf(program);
      this.log.info(`wflint ${version} of ${program.source}: ${program.command}`);
      this.client = this.clientFor(program, version);
      await this.client.start();
    } catch (error) {
      this.client = undefined;
      this.failed(program, error);
    }
  }

  private clientFor(program: Program, version: string): LanguageClient {
    const options: LanguageClientOptions = {
      documentSelector: [PYTHON_FILES],
      outputChannel: this.log,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      initializationOptions: { settings: vscode.workspace.getConfiguration("wflint") },
      synchronize: { configurationSection: "wflint" }, // the server asks for changes of files
    };
    const run = { command: program.command, args: ["server"] };
    const client = new LanguageClient("wflint", "wflint", run, options);
    client.onDidChangeState(({ newState }) => this.changed(newState, version));
    return client;
  }

  private async end(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    if (client === undefined) {
      return;
    }
    try {
      await client.dispose();
    } catch (error) {
      this.log.warn(`The server did not stop as it should: ${String(error)}`);
    }
  }

  private changed(state: State, version: string): void {
    const severity = vscode.LanguageStatusSeverity;
    if (state === State.Running) {
      this.show(`wflint ${version}`, "running", severity.Information);
    } else if (state === State.Starting) {
      this.show(`wflint ${version}`, "starting", severity.Information, true);
    } else if (this.client !== undefined) {
      this.show("wflint", "the server has stopped", severity.Error);
    }
  }

  private async missing(): Promise<void> {
    const severity = vscode.LanguageStatusSeverity.Error;
    this.show("wflint", "not found in the selected Python environment", severity);
    this.log.error("wflint was not found. Install it with: pip install 'wflint[lsp]'");
    const chosen = await vscode.window.showErrorMessage(
      "wflint is not installed in the selected Python environment.",
      INSTALL,
    );
    if (chosen === INSTALL) {
      await vscode.env.clipboard.writeText("pip install 'wflint[lsp]'");
    }
  }

  private failed(program: Program, error: unknown): void {
    this.show("wflint", "the server does not start", vscode.LanguageStatusSeverity.Error);
    this.log.error(`${program.command} server does not start: ${String(error)}`);
    this.log.error("Does `wflint server` say in a terminal what is missing?");
    void vscode.window.showErrorMessage("wflint's server does not start; its log says why.");
  }

  private show(
    text: string,
    detail: string,
    severity: vscode.LanguageStatusSeverity,
    busy = false,
  ): void {
    this.status.text = text;
    this.status.detail = detail;
    this.status.severity = severity;
    this.status.busy = busy;
  }
}
