/** The engine's version, once it has told; the page is of the same. */

import { useEffect, useState } from 'react';
import { json } from '../api.ts';

export function useVersion(): string | undefined {
	const [version, setVersion] = useState<string>();
	useEffect(() => {
		const controller = new AbortController();
		json<{ version: string }>('GET', '/status', undefined, controller.signal).then(
			(status) => setVersion(status.version),
			() => {}, // an engine that is away has no version to show
		);
		return () => controller.abort();
	}, []);
	return version;
}
