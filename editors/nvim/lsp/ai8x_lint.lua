-- Neovim 0.11 and newer: copy this file to ~/.config/nvim/lsp/, then vim.lsp.enable('ai8x_lint').

-- Has the server run a command; `done` gets its answer, and what stands in the way is shown.
local function execute(client, buffer, command, arguments, done)
  client:exec_cmd({ title = command, command = command, arguments = arguments }, { bufnr = buffer }, function(fault, answer)
    if fault then
      vim.notify('ai8x-lint: ' .. fault.message, vim.log.levels.WARN)
    elseif answer and answer ~= vim.NIL then
      done(answer)
    else
      vim.notify('ai8x-lint: this file is no network', vim.log.levels.WARN)
    end
  end)
end

local function say_summary(answer)
  vim.notify('ai8x-lint: ' .. answer.summary)
end

-- The commands of a buffer with a network.
local commands = {
  -- Checks all networks of the workspace, and lists what is found.
  LspAi8xCheckWorkspace = function(client, buffer)
    execute(client, buffer, 'ai8x.checkWorkspace', {}, function(counts)
      vim.notify(('ai8x-lint: %d files: %d errors, %d warnings'):format(counts.files, counts.errors, counts.warnings))
      vim.diagnostic.setqflist()
    end)
  end,
  -- Chooses new offsets for all outputs of the network.
  LspAi8xAllocate = function(client, buffer)
    execute(client, buffer, 'ai8x.allocate', { vim.uri_from_bufnr(buffer) }, say_summary)
  end,
  -- Chooses a new offset for the output of the layer at the cursor.
  LspAi8xAllocateLayer = function(client, buffer)
    local place = vim.lsp.util.make_position_params(0, client.offset_encoding)
    execute(client, buffer, 'ai8x.allocate', { place.textDocument.uri, place.position }, say_summary)
  end,
}

-- What code lenses run (vim.lsp.codelens.run).
local lenses = {
  -- The memory map in a floating window: of the layer on this line, else of the whole run.
  ['ai8x-lint.showMap'] = function(command, context)
    local client = assert(vim.lsp.get_client_by_id(context.client_id))
    local method, params = 'ai8x/map', { textDocument = { uri = command.arguments[1] } }
    if command.arguments[2] ~= vim.NIL then
      local line = vim.api.nvim_win_get_cursor(0)[1]
      method, params.position = 'textDocument/hover', { line = line - 1, character = vim.fn.indent(line) }
    end
    client:request(method, params, function(_, answer)
      if answer and answer ~= vim.NIL then
        local lines = vim.split(answer.text or answer.contents.value, '\n')
        vim.lsp.util.open_floating_preview(lines, answer.text and 'text' or 'markdown')
      end
    end, context.bufnr)
  end,
  -- The layers that read this one.
  ['ai8x-lint.showReaders'] = function(command, context)
    local client = assert(vim.lsp.get_client_by_id(context.client_id))
    local items = vim.lsp.util.locations_to_items(command.arguments[3], client.offset_encoding)
    vim.fn.setqflist({}, ' ', { title = command.title, items = items })
    vim.cmd.copen()
  end,
}

return {
  cmd = { 'ai8x-lint', 'server' },
  -- Networks, and models that use ai8x; of other files the server says nothing.
  filetypes = { 'yaml', 'python' },
  root_markers = { 'ai8x-lint.toml', 'pyproject.toml', '.git' },
  settings = {
    -- What the files do not say themselves; see editors/code/README.md for all settings.
    ['ai8x-lint'] = { device = '' },
  },
  commands = lenses,
  on_attach = function(client, buffer)
    for name, run in pairs(commands) do
      vim.api.nvim_buf_create_user_command(buffer, name, function() run(client, buffer) end, {})
    end
  end,
}
