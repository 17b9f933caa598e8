-- Neovim without a screen, with the configuration of lsp/ and nothing else.
-- NETWORK: a copy of the broken example. Runs in the folder of this file; ai8x-lint is on PATH.
local failed = 0
local function say(line)
  io.stdout:write(line, '\n')
end
local function ok(passed, what, got)
  failed = failed + (passed and 0 or 1)
  say((passed and 'ok - ' or 'not ok - ') .. what .. (passed and '' or ': ' .. vim.inspect(got)))
end
local function wait(condition)
  return vim.wait(10000, condition, 20)
end

local function line_of(text)
  for number, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, false)) do
    local column = line:find(text, 1, true)
    if column then
      vim.api.nvim_win_set_cursor(0, { number, column - 1 })
      return number
    end
  end
end

local function with_code(buffer, code)
  return vim.tbl_filter(function(one)
    return one.code == code
  end, vim.diagnostic.get(buffer))
end

local function messages(buffer)
  return vim.tbl_map(function(one)
    return one.code .. ' ' .. one.message
  end, vim.diagnostic.get(buffer))
end

-- The second layer writes over what it reads.
local CROWDED = {
  '# ai8x-lint: device=MAX78000',
  'arch: crowded',
  'dataset: demo',
  'layers:',
  '  - name: first',
  '    op: conv2d',
  '    in_dim: [16, 16]',
  '    in_channels: 1',
  '    kernel_size: 3x3',
  '    pad: 1',
  '    processors: 0x0000000000000001',
  '    output_processors: 0x000000000000000f',
  '    out_offset: 0x2000',
  '  - name: second',
  '    op: conv2d',
  '    kernel_size: 3x3',
  '    pad: 1',
  '    processors: 0x000000000000000f',
  '    output_processors: 0x000000000000000f',
  '    out_offset: 0x2004',
}

local function check_lenses(buffer)
  local function run(title)
    ok(wait(function()
      vim.lsp.codelens.refresh({ bufnr = buffer })
      return vim.iter(vim.lsp.codelens.get(buffer)):any(function(lens) return vim.startswith(lens.command.title, title) end)
    end), 'lens ' .. title, vim.lsp.codelens.get(buffer))
    for _, lens in ipairs(vim.lsp.codelens.get(buffer)) do
      if vim.startswith(lens.command.title, title) then
        local client = vim.lsp.get_clients({ bufnr = buffer })[1]
        client:exec_cmd(lens.command, { bufnr = buffer })
        return
      end
    end
  end
  vim.fn.setqflist({})
  run('read by #1 second')
  ok(wait(function() return #vim.fn.getqflist() == 1 end), 'readers of a layer', vim.fn.getqflist())
  vim.cmd.cclose()
  local function floats(text)
    return wait(function()
      return vim.iter(vim.api.nvim_list_wins()):any(function(window)
        local lines = vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false)
        return vim.api.nvim_win_get_config(window).relative ~= '' and table.concat(lines, '\n'):find(text, 1, true)
      end)
    end)
  end
  run('Memory map: 2 layers')
  ok(floats('budget of the MAX78000'), 'memory map of the run')
  line_of('- name: second')
  run('memory map')
  ok(floats('layer 1 (`second`)'), 'memory map of a layer')
end

local function check_commands()
  vim.cmd.edit('open.yaml')
  local buffer = vim.api.nvim_get_current_buf()
  ok(wait(function() return #with_code(buffer, 'AX304') == 1 end), 'collision', messages(buffer))
  vim.cmd.LspAi8xCheckWorkspace()
  local function listed(name)
    return vim.iter(vim.fn.getqflist()):any(function(one)
      return vim.fn.bufname(one.bufnr):find(name, 1, true) ~= nil
    end)
  end
  ok(wait(function() return listed('closed.yaml') end), 'findings of a file that is not open', vim.fn.getqflist())
  vim.cmd.cclose()
  for _, command in ipairs({ 'LspAi8xAllocateLayer', 'LspAi8xAllocate' }) do
    ok(wait(function() return #with_code(buffer, 'AX304') == 1 end), 'collision before ' .. command, messages(buffer))
    line_of('out_offset: 0x2004')
    vim.cmd[command]()
    ok(wait(function() return #with_code(buffer, 'AX304') == 0 end), 'no collision after ' .. command, messages(buffer))
    ok(line_of('out_offset: 0x2004') == nil, 'another offset after ' .. command, vim.api.nvim_buf_get_lines(0, 0, -1, false))
    vim.api.nvim_buf_set_lines(buffer, 0, -1, false, CROWDED)
  end
  check_lenses(buffer)
end

local function checks()
  -- The folder with a configuration is the workspace.
  vim.fn.writefile({}, 'ai8x-lint.toml')
  vim.fn.writefile(CROWDED, 'open.yaml')
  vim.fn.writefile(CROWDED, 'closed.yaml')
  vim.opt.runtimepath:append(vim.env.CONFIGURATION)
  vim.o.swapfile = false
  vim.lsp.enable('ai8x_lint')
  vim.cmd.filetype('on')
  vim.cmd.edit(vim.env.NETWORK)
  local buffer = vim.api.nvim_get_current_buf()

  ok(wait(function() return #with_code(buffer, 'AX006') == 1 end), 'finding', messages(buffer))
  local finding = with_code(buffer, 'AX006')[1]
  ok(finding and finding.lnum + 1 == line_of('activaton:'), 'its line', finding)
  ok(finding and finding.source == 'ai8x', 'its source', finding)

  local client = vim.lsp.get_clients({ bufnr = buffer })[1]
  vim.lsp.buf.code_action({
    apply = true,
    filter = function(action) return action.title:find('Rename to `activation`', 1, true) ~= nil end,
  })
  ok(wait(function() return line_of('activation: relu') ~= nil end), 'quick fix', vim.api.nvim_buf_get_lines(0, 20, 27, false))
  ok(wait(function() return #with_code(buffer, 'AX006') == 0 end), 'finding gone', messages(buffer))

  line_of('out_offset: 0x0800')
  vim.lsp.buf.hover()
  local hover = ''
  wait(function()
    for _, window in ipairs(vim.api.nvim_list_wins()) do
      if vim.api.nvim_win_get_config(window).relative ~= '' then
        local lines = vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false)
        hover = table.concat(lines, '\n')
        return true
      end
    end
    return false
  end)
  ok(hover:find('0 1 2 3   4 5 6 7   8 9 a b   c d e f', 1, true), 'memory map in the hover, as text', hover)
  ok(not hover:find('data:image', 1, true), 'no picture that Neovim cannot show', hover)

  vim.lsp.inlay_hint.enable(true, { bufnr = buffer })
  ok(wait(function() return #vim.lsp.inlay_hint.get({ bufnr = buffer }) > 0 end), 'inlay hints', nil)

  check_commands()

  client:stop()
  ok(wait(function() return client:is_stopped() end), 'server ends', nil)
end

local good, trouble = xpcall(checks, debug.traceback)
if not good then
  ok(false, 'no error', trouble)
end
say(failed == 0 and 'PASS' or 'FAIL')
vim.cmd(failed == 0 and 'quitall!' or 'cquit! 1')
