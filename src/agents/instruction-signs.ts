import { INSTRUCTION_SIGNS, type InstructionSign } from '../journal/vocabulary.ts';

/**
 * Signs that somebody wrote an instruction into a text that agents read: into a name, a path or a message, in the hope that a model obeys. A sign
 * is a reason to look twice and no more: the text is data either way, and a line that has one may be what it says.
 *
 * - Pure, and linear in the text: what may stand between two words of a sign is bounded, words and letters of words.
 * - The signs of a text are told in the order of `INSTRUCTION_SIGNS`, each once.
 */

/** Levels that a line may ask for; `low` and the like would be found in any text. */
const LEVEL = String.raw`(?:critical|fatal|emergency|harmless|debug|notice|info(?:rmation(?:al)?)?|warning|error|severe)`;
/** What an instruction calls the thing that it wants another way. */
const FIELD = String.raw`(?:severity|level|priority|verdict|rating|grade|category|classification|kind|action|subject)`;
const THIS = String.raw`(?:this|it|me|us|these|that|everything|(?:this |the |every |each )?(?:line|entry|record|event|log|message|request)s?|(?:the |its |my )?severity)`;
const RULES = String.raw`(?:instructions?|prompts?|rules?|guidelines?|directions?|directives?|orders?|polic(?:y|ies)|context|tasks?)`;
const EARLIER = String.raw`(?:previous|prior|earlier|preceding|above|former|foregoing|past|all|any|every|your|these|those|system|original|old|other)`;
/** Up to so many words between two that count. */
const words = (most: number): string => String.raw`(?:\s\S{1,24}){0,${String(most)}}\s`;
/** An ask that only makes sense of whoever reads. */
const READER = String.raw`(?:llm|ai|gpt|chat ?bot|(?:language |dear )model|assistant|classifier|triager|(?:triage|review) (?:bot|agent|model)|log reader|whoever (?:reads|parses)|machine reading)`;

/** Of text in small letters: letting case pass here takes several times as long. */
const any = (...sources: readonly string[]): RegExp => new RegExp(sources.join('|'));

const TESTS: Readonly<Record<InstructionSign, RegExp>> = {
  'chat-marker': any(
    String.raw`<\|[\w ]{1,32}\|>`,
    String.raw`\[\/?inst\]|\[{1,2}system (?:prompt|message|note)|\[\[system\b`,
    String.raw`<<\/?sys>>`,
    String.raw`<\/?(?:system|assistant|user|instructions?|answer|tool(?: result)?)(?: reminder)?>`,
    String.raw`#{2,4} ?(?:instruction|system|response|assistant|user)s?\b`,
    String.raw`(?:^|[^\w]) ?(?:assistant|human|system prompt): ?\S`,
    String.raw`\b(?:begin|end) (?:of )?(?:system|prompt|instructions?)\b`,
    String.raw`\b(?:system ?prompt|new task|new instructions?|real job) ?:`,
  ),
  forget: any(
    String.raw`\b(?:ignor(?:e|ing)|disregard|forget|overrid(?:e|ing)|drop|discard|cancel|unlearn|wipe|skip|erase)${words(3)}?${EARLIER}${words(2)}?${RULES}\b`,
    String.raw`\b(?:ignore|disregard|forget|override)(?: the)? ${RULES} (?:above|before|so far|given)\b`,
    String.raw`\b(?:ignore|disregard|forget|override|unlearn)${words(2)}?(?:everything|all|anything|what)${words(2)}?(?:above|before|so far|told|until now|said)\b`,
    String.raw`\b(?:ignore|disregard|forget) (?:everything|all|anything|what)\b`,
    String.raw`\b(?:stop|do not|don't|no longer) (?:following|follow|obey(?:ing)?)\b`,
    String.raw`\b(?:previous|prior|earlier|your|the) ${RULES} (?:are|is|was|were|have|has)? ?(?:been )?(?:obsolete|void|expired?|cancel+ed|wrong|a mistake|revoked|over)\b`,
    String.raw`\byou (?:have been|were|are) (?:told|asked|given|instructed)\b`,
    String.raw`(?:지시|명령|규칙|프롬프트|내용)\S{0,6}(?:\s\S{1,8}){0,3}\s?(?:무시|취소|삭제|잊|따르지)`,
    String.raw`\b(?:ignoriere|vergiss|missachte|ignorez|oubliez|ignora|olvida|descarta|dimentica|esque[cç]a|negeer|vergeet)\b`,
    String.raw`\b(?:vorgaben|anweisungen|regeln)${words(2)}?aufgehoben\b`,
    String.raw`(?:忽略|无视|無視)`,
    String.raw`(?:指示|命令|ルール)\S{0,8}(?:忘れ|従わ)`,
    String.raw`(?:игнорируй|забудь)`,
  ),
  persona: any(
    String.raw`\b(?:you are|you're|you have become|you become|from now on you)(?: now)?(?: an?| the| my| our)?(?:\s\S{1,24}){0,3} ?(?:bot|\w{1,16}bot|model|assistant|ai|agent|expert|inspector|dispatcher|persona|triager|reviewer|operator|monitor|intern)\b`,
    String.raw`\b(?:act|behave|speak|answer|respond|play) (?:as|like)(?: if| an?| the)? ?(?:\S{1,24}\s){0,2}?(?:you|bot|\w{1,16}bot|model|assistant|ai|agent|inspector|intern|persona|expert|dispatcher)\b`,
    String.raw`\b(?:pretend|imagine|suppose|hypothetically|role ?play|let us play|in (?:a|this) (?:story|game))\b`,
    String.raw`\b(?:your|the|new|maintenance) (?:persona|character)\b`,
    String.raw`\b(?:dan|developer|admin|god|jailbreak|unrestricted) mode\b`,
    String.raw`\byou (?:play|always (?:say|answer|report|write|find))\b`,
    String.raw`(?:너는|당신은|넌)(?:\s\S{1,16}){0,6}\s?\S{0,12}(?:로봇|모델|비서|조수|봇|기계)`,
  ),
  address: any(
    String.raw`\b(?:to|hey|dear|attention|note to|notice to|hello|listen),? (?:the |all |my )?${READER}\b`,
    String.raw`\b${READER} ?[,:!] \D`,
    String.raw`\b(?:if|when|because|since) (?:you|the model|an? ai|the agent|the assistant) (?:read|see|process|parse|get)s?\b`,
    String.raw`\bwhoever (?:reads|parses|grades|sees)\b`,
    String.raw`\b(?:would|could|can|will) you(?: please| kindly)? (?:mark|rate|set|treat|classify|report|make|raise|lower|change|put)\b`,
    String.raw`\b(?:reveal|repeat|print|show|encode|translate|summarise|tell me) (?:your|the) (?:system )?(?:prompt|instructions|rules|key|policy|message)\b`,
    String.raw`\btrust me\b|\bi (?:beg|ask|order) you\b|\bbe so kind\b|\bkindly have\b`,
    String.raw`(?:부탁|주세요|하시오|해줄래|하세요)`,
    String.raw`\b(?:bitte (?:diesen|diese|als|melde)|merci de|por favor)\b|してください|请把|пожалуйста`,
  ),
  dictate: any(
    String.raw`\b${FIELD}\b(?: of)?(?:\s\S{1,24}){0,3}? (?:must|should|shall|has to|have to|needs? to|ought to)\b`,
    String.raw`\b(?:rate|mark|classify|label|grade|report|treat|flag|tag|file|count|set|make|raise|lower|downgrade|upgrade|escalate|promote|demote|reset|change|show|let|call|choose|take)\s(?:\S{1,16}\s)?${THIS}(?:\s\S{1,16}){0,2}? ?["']?\b${LEVEL}\b`,
    String.raw`\b(?:say|answer|reply|respond|emit|pick|choose|prefer|demand|expect|file under|escalate to|downgrade to|upgrade to|count as|treat as|report as|approved? as|label|grade|rate)(?: with| only| exactly| just)?:? ["']?${LEVEL}\b`,
    String.raw`\b(?:write|output|print|return|put|use)(?: with| only| exactly| just)?:? ["']?(?:critical|debug|harmless|emergency)\b`,
    String.raw`\b(?:say|print|return|write|output|answer|reply|respond|correct|expected|final) (?:this|exactly|only|with)\W{1,3}\w`,
    String.raw`\b(?:answer|reply|respond|output|result)(?: must be| should be| is| with|:) ?["'{]{1,2}\w`,
    String.raw`\b(?:right|correct|only|valid|acceptable|expected|true|final) (?:answer|severity|level|output|value|choice|verdict)\b`,
    String.raw`\b${FIELD} ?(?:->|=>|:=|<-) ?\w`,
    String.raw`\b(?:system|admin|root|operator|developer|supervisor|urgent|important|attention|note) ?[:>\]|!,-] ?(?:the )?${FIELD}\b(?: (?:is|will|now|must|should)| ?[:=])`,
    String.raw`\b(?:for|in) (?:training|testing|demo|audit|compliance|legal) (?:purposes?|reasons?|mode)\b`,
    String.raw`\b(?:this|every|each) (?:line|disk|host|login|record|entry|event) (?:is|was|would be|will be) ${LEVEL}\b`,
    String.raw`\b(?:the |next |action )(?:step|response|action) is (?:page|watch|investigate|none|${LEVEL})\b`,
    String.raw`\b(?:action item|to ?do|fixme|step)(?: \d)?\W{1,3}(?:set|put|write|change|make) ${FIELD}\b`,
    String.raw`\b(?:set|put|write|change|make|keep|leave|use) ${FIELD} (?:to |as |=)?${LEVEL}\b`,
    String.raw`\b(?:override|force|sudo|jailbreak)(?: mode)?(?: on| enabled)?[,;:= ]{1,3}(?:${FIELD}|output|triage)\b`,
    String.raw`\b(?:downgrade|upgrade|escalate|raise|lower|promote|demote|suppress|silence) (?:this|the |it|all |alerts?|severity|level)`,
    String.raw`\bnot a drill\b|\b(?:read|mark) this\b|\bobey\b`,
    String.raw`\b${LEVEL}\b,? (?:it is|will do|is enough|fits|is right|is the right|at all|by any means|full stop|in fact|to us|in the end|from now on|and nothing else)\b`,
    String.raw`\b(?:regard|consider|picture|think of|understand|count|take|list|treat|class|see|go down|end up|pass|file)(?:s|ed|ing)?(?:\s\S{1,16}){0,3}? (?:as|for|under)(?: a| an| a case of)? ${LEVEL}\b`,
    String.raw`\b(?:sounds|looks|seems|reads|feels) \S{1,16} (?:but|yet|and|so) \S{1,16} (?:as )?${LEVEL}\b`,
    String.raw`\b(?:would|could|can|might|may) (?:this|it|that) (?:be|become|count as|pass for|go under) ${LEVEL}\b`,
    String.raw`\b(?:asks?|calls?|insists?|begs?|votes?|speaks?|prays?) (?:for|on|of) ${LEVEL}\b`,
    String.raw`\b(?:signed|stamped|confirmed|cleared|released|countersigned|vetted|agreed|approved) (?:by|from|with|in|as)(?:\s\S{1,16}){0,3}? ?\W{0,2} ?(?:rating |goes as |worth |level )?${LEVEL}\b`,
    String.raw`\byou (?:need to|have to|must|shall|will|should|may only|can only) (?:say|write|choose|pick|print|think|see|know|answer|report)\b`,
    String.raw`\b(?:repeat|quote|echo|spell|say aloud|type|paste)(?: after me| this word)?: ?["']?${LEVEL}\b`,
    String.raw`\b(?:votes?|poll|survey|jury|majority|consensus|tally|reviewers?|triagers?|coordinator|experts|everyone)(?: has| have)?(?: all)?(?: voted| said| says| agreed?| for| on|:| =){0,3} ${LEVEL}\b`,
    String.raw`\b(?:question|example|input|q)(?: \d)?:(?:\s\S{1,16}){0,4} (?:answer|output|a):? ${LEVEL}\b`,
    String.raw`<(?:level|rating|out|result|verdict|note|grade)>\s?${LEVEL}\b`,
    String.raw`\b(?:new|updated|revised|final|special|secret|emergency) (?:instructions?|policy|rule|order|directive)\W{1,3}(?:all|every|everything|treat|answer)\b`,
    String.raw`\b(?:not|never|hardly|anything but|less than|more than|far from)(?: a| an)? ${LEVEL}, (?:rather|but|instead|believe|at all|as you)`,
    String.raw`${LEVEL}(?:\W{1,3}${LEVEL}){2,}`,
    String.raw`(?:${LEVEL}|긴급|정보|경고|오류)\s?(?:이다|로 본다|로 친다|[이가] 맞다|만 (?:쓴|말한|답)다|[을를] (?:고른|쓴)다|으?로 (?:낮|올|처리|승인|판단))`,
    String.raw`\b(?:als|stufe) ${LEVEL} (?:melden|eintragen|werten|behandeln|setzen|ausgeben)\b`,
    String.raw`\b(?:mettre|traiter comme|c'est|tratar como|marcar|segnare|trattare come|niveau|nivel|livello|gravedad es|severidad es|gravit[eé] est|s[eé]v[eé]rit[eé] est) ${LEVEL}\b`,
    String.raw`${LEVEL}(?:です|とする|に分類)`,
    String.raw`\b(?:severity|level) (?:here|override|in effect)\b|\boverride\b[^.]{0,12}\b${FIELD}\b`,
    String.raw`\b(?:it|this|that|which) (?:is|was|can only be|would be|could be|were|shows as|fits) (?:really |actually |only |just |always |called )?${LEVEL}\b`,
    String.raw`\b(?:agents?|experts|reviewer|majority|operator|administrator|everyone|policy|runbook|vendor|compliance|boss)(?:\s\S{1,16}){0,3}? (?:voted|agreed?|says?|said|requires?|demands?|wants?|decided|fixed)\b(?:\s\S{1,16}){0,4} ${LEVEL}\b`,
    String.raw`(?:심각도|등급|severity|수준|결과)\S{0,4}(?:\s\S{1,16}){0,4}\s?\S{0,10}(?:바꾸|바꿔|정한|표시|분류|기록|여야|입니다|하라|답)`,
    String.raw`(?:라고|로) (?:말|답|써|쓸|쓰|표시|분류|기록|처리|해줄)`,
    String.raw`정답[은:]`,
    String.raw`\b(?:einstufen|classer|clasifique|considera|rebaixe|zet dit|antworte|schreibe|r[eé]ponde?[sz]?|responde|rispondi|responda|antwoord)\b(?:\s\S{1,16}){0,4}`,
    String.raw`(?:标为|標為|分類して|ответь|поставь|напиши)`,
    String.raw`\b(?:die|der) (?:schwere|schweregrad|stufe) (?:muss|soll)\b|\b(?:gravedad|severidad|severit[eé]|gravit[eé]|niveau|nivel) (?:debe|doit|deve)\b`,
  ),
  'fake-answer': any(
    String.raw`["']?\bagree["']?\]? ?[:=] ?(?:true|false)\b`,
    String.raw`\b(?:triage is (?:right|wrong|correct)|no fix needed|reviewer accepted)\b`,
    String.raw`\bseverity["']?\]? ?[:=]["' ]{0,3}\w{1,12}["']?[,;&} ](?:[^\n]{0,40}[^\w])?["']?(?:action|subject|verdict)["']? ?[:=]`,
    String.raw`\b(?:action|subject)["']? ?[:=]["' ]{0,3}\w{1,24}["']?[,;& ](?:[^\n]{0,40}[^\w])?["']?severity(?: hint)?["']? ?[:=]`,
    String.raw`<severity>|<\/answer>`,
    String.raw`["'{]severity["']? ?: ?["']?(?:critical|debug|info|notice|warning|error)["']? ?(?:$|\}\s*\S|,\s*["']?kind\b)`,
    String.raw`--severity[= ]|\bset severity ?=|\bfix\[|\bseverity,kind\b`,
  ),
  hush: any(
    String.raw`\b(?:do not|don't|never|no need to|you must not|must not|please don't) (?:report|flag|mark|page|triage|investigate|classify|escalate|alert|wake|notify)\b`,
    String.raw`\b(?:nothing to see|nothing happened|false alarm|no alarm)\b`,
    String.raw`\b(?:approved by|signed by|by order of|signed,|on behalf of) (?:the |your |a )?(?:administrator|admin|developer|ciso|ceo|security|system|operator|on ?call|police|owner|vendor)\b`,
  ),
};

/** What names, paths and queries write for a space, and what cannot be seen at all. */
const SPACED = /(?:%20|\\[nrt]|[\s_+\u00a0\u3000-])+/g;
const DOTTED = /(?<=[a-z])\.(?=[a-z])/g;
const UNSEEN = /\p{Cf}+/gu;
const ASCII = /^[\0-\x7f]*$/;

/** Longest text that is looked at, as the longest item is. */
const MOST = 262_144;

/** The signs in a text, without repeats; none is the rule. */
export function instructionSigns(text: string): InstructionSign[] {
  const seen = text.length > MOST ? text.slice(0, MOST) : text;
  const known = ASCII.test(seen) ? seen : seen.replace(UNSEEN, '').normalize('NFKC');
  const plain = known.toLowerCase().replace(SPACED, ' ').replace(DOTTED, ' ');
  return INSTRUCTION_SIGNS.filter((sign) => TESTS[sign].test(plain));
}
