import { type HistoryUpdate, reveal, setState, watchState, whenRevealed } from './url-state.ts';

type Question = {
  readonly number: string;
  readonly section: HTMLElement;
  readonly answer: HTMLElement;
  /** Element that holds its answer while another is in front; null if answers are shown side by side. */
  readonly home: Element | null;
};

/** State `q`: the number of the question in front, or `all`. Its answer is on the first screen, and only its section is shown. */
export function pickQuestion(page: Document): void {
  const front = page.querySelector('.answer-grid');
  const questions = questionsIn(page);
  const picker = page.querySelector<HTMLElement>('.question-picker');
  if (front === null || picker === null) return;
  const beside = questions.every(({ home }) => home === null);
  const usual = beside ? 'all' : '1';
  const choices = ['all', ...questions.map(({ number }) => number)];
  const chosenOf = (value: string | null) => (value !== null && choices.includes(value) ? value : usual);
  let chosen = usual;
  const choose = (value: string, update: HistoryUpdate = 'push') =>
    setState('q', value === usual ? null : value, update);

  watchState('q', (value) => {
    chosen = chosenOf(value);
    for (const question of questions) {
      const isChosen = chosen === question.number;
      const isShown = isChosen || chosen === 'all';
      hide(question.section, !isShown);
      placeAnswer(question, isChosen || (chosen === 'all' && question.number === '1'), front);
      if (question.home === null) question.answer.hidden = !isShown;
    }
    front.classList.toggle('answer-single', !beside || chosen !== 'all');
    showIn(picker, chosen);
  });

  // An address may name a network in place of a question's number, which another run's order would change.
  watchState('network', (value) => {
    const named = questions.find(({ section }) => section.dataset.network === value);
    if (value === null || named === undefined) return;
    setState('network', null, 'replace');
    choose(named.number, 'replace');
  });
  picker.addEventListener('change', ({ target }) => {
    if (target instanceof HTMLSelectElement || target instanceof HTMLInputElement) choose(target.value);
  });
  whenRevealed((target, update) => {
    const number = target.closest<HTMLElement>('[data-question]')?.dataset.question;
    if (number !== undefined && chosen !== 'all' && chosen !== number) choose(number, update);
  });
  // The browser's own search finds hidden text, and shows it.
  page.addEventListener('beforematch', ({ target }) => {
    if (target instanceof Element) reveal(target, 'replace');
  });
  page.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = event.target instanceof Element ? event.target.closest('a[href^="#"]') : null;
    const target = link === null ? null : page.getElementById(link.getAttribute('href')?.slice(1) ?? '');
    if (target === null) return;
    if (link?.closest('#questions') == null) {
      reveal(target, 'later');
      return;
    }
    // A link in the list of questions leads to that question's answer, which is now in front.
    event.preventDefault();
    choose(target.dataset.question ?? usual);
    front.scrollIntoView({ block: 'nearest' });
    front.querySelector<HTMLElement>('.question')?.focus({ preventScroll: true });
  });
  page.addEventListener('step-question', (event) => {
    if (!(event instanceof CustomEvent)) return;
    const at = choices.indexOf(chosen) + Number(event.detail);
    choose(choices[(at + choices.length) % choices.length] ?? usual);
  });
}

const questionsIn = (page: Document): Question[] =>
  [...page.querySelectorAll<HTMLElement>('[data-question]')].flatMap((section) => {
    const number = section.dataset.question ?? '';
    const answer = page.querySelector<HTMLElement>(`[data-answer="${number}"]`);
    return answer === null ? [] : [{ number, section, answer, home: section.querySelector('.answer-home') }];
  });

/** Hides a section; browsers that support `until-found` still search it. */
function hide(section: HTMLElement, hidden: boolean): void {
  if (hidden) section.setAttribute('hidden', 'until-found');
  else section.removeAttribute('hidden');
}

function placeAnswer({ answer, home }: Question, inFront: boolean, front: Element): void {
  const place = inFront ? front : home;
  if (place === null || answer.parentElement === place) return;
  place.append(answer);
  // The page keeps exactly one heading of the first level.
  answer.querySelector('.claim')?.setAttribute('aria-level', inFront ? '1' : '2');
}

function showIn(picker: HTMLElement, chosen: string): void {
  const select = picker.querySelector('select');
  if (select !== null) select.value = chosen;
  for (const input of picker.querySelectorAll('input')) input.checked = input.value === chosen;
}
