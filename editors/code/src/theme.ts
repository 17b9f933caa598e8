import * as vscode from 'vscode';
import type { Theme } from './protocol';

/** The theme in the server's words: a picture in a hover cannot ask for it. */
export function theme(kind: vscode.ColorThemeKind): Theme {
  switch (kind) {
    case vscode.ColorThemeKind.Light:
    // The server's palette of high contrast is on black.
    case vscode.ColorThemeKind.HighContrastLight:
      return 'light';
    case vscode.ColorThemeKind.HighContrast:
      return 'highContrast';
    default:
      return 'dark';
  }
}
