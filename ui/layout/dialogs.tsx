/** The page's dialogs. Their code is loaded when one is opened. */

import { lazy, Suspense } from 'react';
import { useBench } from '../bench.ts';
import { FilesPlace } from '../files/files-place.tsx';
import { UserManagement } from '../licensing/user-management.tsx';
import { usePage } from '../page.ts';
import { useStore } from '../store.ts';

const SettingsDialog = lazy(() => import('../settings/settings-dialog.tsx'));
const ShortcutsDialog = lazy(() => import('../help/shortcuts-dialog.tsx'));

export function Dialogs() {
	const { bench, view } = usePage();
	const { licensing } = useBench(bench);
	const { dialog } = useStore(view);
	const close = () => view.set({ dialog: null });
	return (
		<>
			<FilesPlace />
			<UserManagement status={licensing} opened={dialog === 'users'} onClose={close} />
			<Suspense>
				{dialog === 'settings' && <SettingsDialog onClose={close} />}
				{dialog === 'shortcuts' && <ShortcutsDialog onClose={close} />}
			</Suspense>
		</>
	);
}
