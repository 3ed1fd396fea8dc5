# SPDX-License-Identifier: Apache-2.0
"""mcp_client.py SEGSTORE STORE: asks 'segstore mcp' by the protocol's own SDK, in both eras.

The SDK holds every answer to the tool's output schema, and every message to the protocol's.
"""

import asyncio
import sys

from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

TOOLS = ["overview", "search", "entity", "dependencies", "impact", "context", "diff"]


def check(condition, what):
    if not condition:
        raise SystemExit(f"not so: {what}")


async def call(client, name, **arguments):
    result = await client.call_tool(name, arguments)
    text = result.content[0].text
    check(not result.is_error, f"{name} {arguments}: {text}")
    check(result.structured_content is not None, f"{name} has structured content")
    return text, result.structured_content


async def converse(segstore, store, mode, version):
    server = StdioServerParameters(command=segstore, args=["mcp", "--store", store])
    async with Client(stdio_client(server), mode=mode) as client:
        check(client.protocol_version == version, f"{mode}: {client.protocol_version}")
        tools = (await client.list_tools()).tools
        check([tool.name for tool in tools] == TOOLS, [tool.name for tool in tools])

        await call(client, "overview")
        _, found = await call(client, "search", query="refresh")
        key = found["matches"][0]["key"]
        text, _ = await call(client, "entity", key=key)
        check("self.age = 0" in text, text)
        _, users = await call(client, "dependencies", key=key)
        check(any("login" in edge["key"] for edge in users["edges"]), users)
        await call(client, "dependencies", key=key, direction="out", depth=3)
        await call(client, "impact", key=key, max_tokens=300)
        await call(client, "context", key=key, max_tokens=800)
        _, changes = await call(client, "diff")
        check(changes["old"] == 1 and changes["new"] == 2, changes)
        await call(client, "diff", impact=True)

        wrong = await client.call_tool("entity", {"key": "twin"})
        check(wrong.is_error and "lib/twin.py" in wrong.content[0].text, wrong)

        resources = (await client.list_resources()).resources
        check(len(resources) == 5, resources)
        outline = (await client.read_resource(resources[1].uri)).contents[0].text
        check("function first" in outline, outline)
        templates = (await client.list_resource_templates()).resource_templates
        check(len(templates) == 2, templates)


async def main():
    segstore, store = sys.argv[1:]
    await converse(segstore, store, "auto", "2026-07-28")
    await converse(segstore, store, "2026-07-28", "2026-07-28")
    await converse(segstore, store, "legacy", "2025-11-25")
    print("all as it should be")


asyncio.run(main())
