import { expect, it } from 'vitest';
import { PortalAdmission } from './admission.ts';

const publicOrigin = 'https://licences.example.org';
const alone = new PortalAdmission({ host: '127.0.0.1', tls: false, publicOrigin: undefined });
const behindProxy = new PortalAdmission({ host: '127.0.0.1', tls: false, publicOrigin });
const withCertificate = new PortalAdmission({ host: '0.0.0.0', tls: true, publicOrigin: undefined });

it('answers to its own name, and says how to have another', () => {
	for (const host of ['127.0.0.1:1907', 'localhost:1907', '[::1]:1907']) alone.checkHost({ host });
	expect(() => alone.checkHost({ host: 'evil.example' })).toThrow(expect.objectContaining({ code: 'FORBIDDEN', message: expect.stringMatching(/evil\.example.*--public-url/) }));
	behindProxy.checkHost({ host: 'Licences.example.org' });
	expect(() => behindProxy.checkHost({ host: 'licences.example.org.evil.example' })).toThrow(`open ${publicOrigin}`);
	for (const admission of [alone, behindProxy]) for (const host of [undefined, '', 'licences.example.org:1']) expect(() => admission.checkHost({ host })).toThrow('not called');
	// Nobody gets here under a name that is not in the certificate.
	for (const host of ['licences.example.org:1907', '192.0.2.7:1907']) withCertificate.checkHost({ host });
});

it('serves pages of its own origin only', () => {
	alone.checkOrigin({ host: '127.0.0.1:1907', origin: 'http://127.0.0.1:1907' });
	behindProxy.checkOrigin({ host: 'licences.example.org', origin: publicOrigin });
	withCertificate.checkOrigin({ host: 'licences.example.org:1907', origin: 'https://licences.example.org:1907' });
	for (const [admission, host] of [
		[alone, '127.0.0.1:1907'],
		[behindProxy, 'licences.example.org'],
		[withCertificate, 'licences.example.org:1907'],
	] as const) {
		for (const origin of ['https://evil.example', 'null', `${publicOrigin}:1`]) {
			const refuse = () => admission.checkOrigin({ host, origin });
			expect(refuse, origin).toThrow(expect.objectContaining({ code: 'FORBIDDEN', message: expect.stringContaining(`Pages of ${origin} `) }));
			expect(refuse).not.toThrow('--allow-origin');
		}
		expect(() => admission.checkOrigin({ host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' })).toThrow('another origin');
	}
});
