"""The MCP Python SDK as a server; `ping` is its own, `updates` a tool."""

import logging

from mcp.server import MCPServer
from mcp.server.mcpserver import Context

server = MCPServer("peer", log_level="ERROR")
logging.disable(logging.INFO)


@server.tool(structured_output=False)
async def updates(count: int, ctx: Context) -> str:
    for n in range(count):
        await ctx.report_progress(n, count)
    return "done"


server.run("stdio")
