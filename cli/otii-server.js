#!/usr/bin/env node
/**
 * The program `otii_server`, by which name scripts start the engine: `microjoule serve` with the instruments that are plugged in, its standard output
 * closed once it listens. Every option of `microjoule serve` holds for it.
 */

process.argv.splice(2, 0, 'serve', '--close-output');
await import('./microjoule.js');
