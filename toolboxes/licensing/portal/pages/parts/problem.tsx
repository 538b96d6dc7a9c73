/** Why something did not work, read aloud at once. */

import { Alert } from '@mantine/core';

export function Problem({ children }: { children: string | undefined }) {
	if (!children) return null;
	return (
		<Alert color="red" role="alert" className="problem">
			{children}
		</Alert>
	);
}
