import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findServer, permitted, type Places } from '../src/find-server';

const find = (programs: string[], places: Partial<Places>) =>
  findServer({
    setting: '',
    bundled: '/extension/server/ai8x-lint',
    path: '/usr/bin:/opt/bin',
    home: '/home/me',
    windows: false,
    isProgram: (file) => programs.includes(file),
    ...places,
  });

const ALL = ['/my/ai8x-lint', '/extension/server/ai8x-lint', '/opt/bin/ai8x-lint'];

test('the setting comes first, then the bundled one, then PATH', () => {
  assert.deepEqual(find(ALL, { setting: '/my/ai8x-lint' }), { command: '/my/ai8x-lint', origin: 'setting' });
  assert.deepEqual(find(ALL, {}), { command: '/extension/server/ai8x-lint', origin: 'bundled' });
  assert.deepEqual(find(ALL.slice(2), {}), { command: '/opt/bin/ai8x-lint', origin: 'PATH' });
  assert.equal(find([], {}), undefined);
});

test('a setting that names no program is not replaced in silence', () => {
  assert.equal(find(ALL, { setting: '/gone/ai8x-lint' }), undefined);
});

test('a setting may start in the home folder', () => {
  const found = find(['/home/me/bin/lint'], { setting: '~/bin/lint' });
  assert.equal(found?.command, '/home/me/bin/lint');
});

test('a relative folder on PATH is passed over: it would be the open one', () => {
  assert.equal(find(['ai8x-lint', 'bin/ai8x-lint'], { path: '.:bin:' }), undefined);
});

test('Windows calls programs .exe', () => {
  const found = find(['/opt/bin/ai8x-lint.exe'], { windows: true });
  assert.equal(found?.command, '/opt/bin/ai8x-lint.exe');
});

test('a path from a workspace counts only if the workspace is trusted', () => {
  const values = { globalValue: '/mine', workspaceValue: '/theirs' };
  assert.equal(permitted(values, true), '/theirs');
  assert.equal(permitted(values, false), '/mine');
  assert.equal(permitted({ workspaceValue: '/theirs', workspaceFolderValue: '/theirs' }, false), '');
  assert.equal(permitted(undefined, true), '');
});
