-- Neovim 0.11 and newer: copy this file to ~/.config/nvim/lsp/, then vim.lsp.enable('ai8x_lint').
return {
  cmd = { 'ai8x-lint', 'server' },
  -- Networks, and models that use ai8x; of other files the server says nothing.
  filetypes = { 'yaml', 'python' },
  root_markers = { 'ai8x-lint.toml', 'pyproject.toml', '.git' },
  settings = {
    -- What the files do not say themselves; see editors/code/README.md for all settings.
    ['ai8x-lint'] = { device = '' },
  },
}
