/** Stands where a page failed: its code could not be loaded, as after an update of the portal, or it has a fault. */

import { Button, Stack } from '@mantine/core';
import { Component, type ReactNode } from 'react';
import { Page } from './page.tsx';
import { Problem } from './problem.tsx';

export class Boundary extends Component<{ children: ReactNode }, { failed: boolean }> {
	override state = { failed: false };

	static getDerivedStateFromError(): { failed: boolean } {
		return { failed: true };
	}

	override render(): ReactNode {
		if (!this.state.failed) return this.props.children;
		return (
			<Page title="This page could not be shown" narrow>
				<Stack align="flex-start">
					<Problem>The portal may have been updated, or be out of reach. Load the page again.</Problem>
					<Button onClick={() => location.reload()}>Load again</Button>
				</Stack>
			</Page>
		);
	}
}
