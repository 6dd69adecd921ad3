---@brief
---
--- https://github.com/plimsoll-lint/plimsoll
---
--- plimsoll reports what will break, leak or lose data in Docker Compose projects: in Compose files, and in the env files,
--- Dockerfiles and configurations that belong to them.
---
--- ```sh
--- pip install plimsoll-lint
--- ```

---@type vim.lsp.Config
return {
  cmd = { 'plimsoll', 'lsp' },
  filetypes = {
    'yaml',
    'yaml.docker-compose',
    'sh',
    'dotenv',
    'conf',
    'nginx',
    'caddyfile',
    'dockerfile',
    'make',
  },
  root_markers = { '.git' },
}
