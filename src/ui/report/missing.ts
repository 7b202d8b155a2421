/** What a report does not hold, in sentences. */
import type { Answer, AnswerSection } from '../../runtime/protocol/protocol.ts';
import { num } from '../base/format.ts';
import type { ReportWords } from '../text/report.ts';

/** @param failureName puts the name of a failure into words */
export function missingFrom(
  { leftOut, sections }: Answer,
  words: ReportWords,
  failureName: (name: string) => string,
): string[] {
  const { open, failures, conditions = 0, passedOver, sentences, quotes, lines } = leftOut;
  const named = Object.entries(failures);
  const failed = named.reduce((sum, [, n]) => sum + n, 0);
  const by = named.map(([name, n]) => `${num(n)} ${failureName(name)}`).join(', ');
  return [
    ...(open > 0 ? [words.open(open)] : []),
    ...(failed > 0 ? [words.failed(failed, by)] : []),
    ...(conditions > 0 ? [words.conditions(conditions)] : []),
    ...(passedOver > 0 ? [words.passedOver(passedOver)] : []),
    ...sections.flatMap((section) => beyond(section, words)),
    ...(sentences > 0 ? [words.sentences(sentences)] : []),
    ...(quotes + lines > 0 ? [words.unproved(quotes + lines)] : []),
  ];
}

function beyond(section: AnswerSection, words: ReportWords): string[] {
  switch (section.kind) {
    case 'counts':
      return [];
    case 'table':
      return section.total > section.rows.length
        ? [words.rowsBeyond(section.total - section.rows.length, section.of)]
        : [];
    case 'text':
      return section.total > section.texts.length
        ? [words.textsBeyond(section.total - section.texts.length, section.of)]
        : [];
    case 'groups': {
      const { beyond: limit, other, unmade, of } = section;
      return [
        ...(limit.groups > 0 ? [words.beyond(limit.groups, limit.lines, of)] : []),
        ...(unmade.groups > 0 ? [words.unmade(unmade.groups, unmade.lines, unmade.more)] : []),
        ...(other.groups > 0 ? [words.notTaken(other.groups, other.lines, of)] : []),
      ];
    }
  }
}
