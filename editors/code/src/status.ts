import * as vscode from 'vscode';
import type { Condition } from './server';

/** The item in the status bar: whether the server runs, and which. */
export class Status implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem(
    'ai8x-lint.status',
    vscode.StatusBarAlignment.Right,
    100,
  );

  constructor() {
    this.#item.name = 'ai8x-lint';
    this.show({ state: 'starting' });
  }

  /** It is there while a YAML file is in sight. */
  follow(editors: readonly vscode.TextEditor[]): void {
    if (editors.some(({ document }) => document.languageId === 'yaml')) this.#item.show();
    else this.#item.hide();
  }

  show(condition: Condition): void {
    const { text, command, words } = look(condition);
    this.#item.text = text;
    this.#item.command = command;
    const tooltip = new vscode.MarkdownString(
      `${words}\n\n[Memory map](command:ai8x-lint.showMap) · [Log](command:ai8x-lint.showLog) · [Restart](command:ai8x-lint.restart)`,
    );
    tooltip.isTrusted = { enabledCommands: ['ai8x-lint.showMap', 'ai8x-lint.showLog', 'ai8x-lint.restart'] };
    this.#item.tooltip = tooltip;
    this.#item.backgroundColor =
      condition.state === 'stopped' ? new vscode.ThemeColor('statusBarItem.errorBackground') : undefined;
  }

  dispose(): void {
    this.#item.dispose();
  }
}

function look(condition: Condition): { text: string; command: string; words: string } {
  switch (condition.state) {
    case 'starting':
      return { text: '$(sync~spin) ai8x-lint', command: 'ai8x-lint.showLog', words: 'The server starts' };
    case 'running':
      return {
        text: '$(circuit-board) ai8x-lint',
        command: 'ai8x-lint.showMap',
        words: `ai8x-lint ${condition.version}, ${WHENCE[condition.found.origin]}: \`${condition.found.command}\``,
      };
    case 'stopped':
      return { text: '$(error) ai8x-lint', command: 'ai8x-lint.showLog', words: condition.reason };
  }
}

const WHENCE = {
  setting: 'as the settings say',
  bundled: 'with the extension',
  PATH: 'from PATH',
};
