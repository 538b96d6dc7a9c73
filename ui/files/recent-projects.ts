/** Folders of the projects that were opened in this browser last, the latest first. */

const key = 'microjoule.recentProjects';
const most = 8;

export function recentProjects(): readonly string[] {
	try {
		const stored: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
		return Array.isArray(stored) ? stored.filter((folder) => typeof folder === 'string').slice(0, most) : [];
	} catch {
		return [];
	}
}

export function rememberProject(folder: string): void {
	localStorage.setItem(key, JSON.stringify([folder, ...recentProjects().filter((other) => other !== folder)].slice(0, most)));
}

export function forgetProject(folder: string): void {
	localStorage.setItem(key, JSON.stringify(recentProjects().filter((other) => other !== folder)));
}
