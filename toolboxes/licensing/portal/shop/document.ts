/** HTML documents that the portal writes itself, beside its pages: invoices, and the sandbox's pages. No script runs in them. */

import type { FastifyReply } from 'fastify';

/** Text as HTML. Every text that somebody wrote goes through here. */
export function html(text: string): string {
	return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** `title` is text, `body` HTML. */
export function document(title: string, body: string): string {
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${html(title)}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; }
th, td { text-align: left; padding: 0.4rem 0.5rem 0.4rem 0; border-bottom: 1px solid color-mix(in srgb, currentcolor 30%, transparent); }
th.number, td.number { text-align: right; white-space: nowrap; }
button { font: inherit; padding: 0.5rem 1.25rem; }
.buttons { display: flex; gap: 1rem; }
@media print { body { margin: 0; max-width: none; } }
</style>
</head>
<body>
<main>
<h1>${html(title)}</h1>
${body}
</main>
</body>
</html>
`;
}

export function sendDocument(reply: FastifyReply, content: string): FastifyReply {
	return reply
		.type('text/html; charset=utf-8')
		.header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
		.header('cache-control', 'no-store')
		.send(content);
}
