import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { configuration, restricted, SETTINGS } from '../src/settings';

const manifest = JSON.parse(readFileSync('package.json', 'utf8'));

test('the manifest has the settings of the table', () => {
  assert.deepEqual(manifest.contributes.configuration, configuration());
});

test('what starts a program is withheld from workspaces that are not trusted', () => {
  assert.equal(manifest.capabilities.untrustedWorkspaces.supported, 'limited');
  assert.deepEqual(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations, restricted());
  assert.deepEqual(restricted(), ['ai8x-lint.server.path']);
});

test('each default is of its type', () => {
  for (const { key, type, default: value, enum: choices } of SETTINGS) {
    assert.equal(typeof value, type, key);
    assert.ok(!choices || choices.includes(value as string), key);
  }
});
