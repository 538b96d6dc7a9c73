/** The dialogs of the File menu; loaded when the first one is opened. */

import { usePage } from '../page.ts';
import { useStore } from '../store.ts';
import { ExportDialog } from './export-dialog.tsx';
import { FolderDialog } from './folder-dialog.tsx';
import { ImportDialog } from './import-dialog.tsx';
import { LeaveDialog } from './leave-dialog.tsx';
import { OpenDialog } from './open-dialog.tsx';

export default function FileDialogs() {
	const { files } = usePage();
	const { dialog, leaving, incoming } = useStore(files);
	const close = () => files.set({ dialog: null, incoming: [] });
	return (
		<>
			{dialog === 'open' && <OpenDialog onClose={close} />}
			{(dialog === 'new' || dialog === 'save-as') && <FolderDialog key={dialog} purpose={dialog} onClose={close} />}
			{dialog === 'import' && <ImportDialog incoming={incoming} onClose={close} />}
			{dialog === 'export' && <ExportDialog onClose={close} />}
			{leaving && <LeaveDialog leaving={leaving} onClose={() => files.set({ leaving: null })} />}
		</>
	);
}
