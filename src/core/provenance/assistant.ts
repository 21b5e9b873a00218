/**
 * Whether the value of `Assisted-by:`, `Co-developed-by:` or `Generated-by:` names an assistant or a person.
 *
 * Forms (provenance reference, sections 9 and 16.3): `LLM [tools]`, `TOOL:MODEL [tools]`, `TOOL (MODEL)`,
 * `TOOL/MODEL`, `MODEL via TOOL`, a tool's or a model's name. The whole value must be one of them: Claude
 * Dupont is a person, and so is whoever has an address that is no agent's.
 */
import { knownTool } from './models.ts'

export interface Assistant {
  readonly tool: string
  readonly modelRaw: string | null
}

const generic =
  /^(?:(?:an? |generic )*LLM(?: (?:chatbot|assistant|agent|model))?(?: [\w.[\] -]*)?|(?:an? )?AI(?: (?:chatbot|assistant|agent))?)$/i
const modelFamily =
  /^(?:claude|chatgpt|gpt|gemini|codex|grok|kimi|glm|qwen|deepseek|llama|mistral|devstral|o[134])/i
const modelWord =
  /^(?:claude|chatgpt|gpt|gemini|codex|grok|kimi|glm|qwen|deepseek|llama|mistral|devstral|code|opus|sonnet|haiku|fable|pro|flash|mini|turbo|coder|max|cli|context\)|\(?\d+m|o[134]|(?:chatgpt|gpt|qwen|llama|glm|v|k)?v?\d[\d.]*[a-z]?)$/i
const separated = /^([A-Za-z][\w .-]{0,40}?)\s*[:/]\s*(\S+)(?:\s+(?!via\b).*)?$/
const bracketed = /^([A-Za-z][\w .-]{0,40}?)\s*\(([^()]{1,80}(?:\([^()]{0,40}\))?)\)$/
const via = /^(.{1,80}?) via ([A-Za-z][\w .-]{0,40})$/i

/** Null for a value that names no known assistant. An address has been taken off. */
export function readAssistant(value: string): Assistant | null {
  const text = value.trim().slice(0, 200)
  const through = via.exec(text)
  if (through) {
    const tool = knownTool(through[2]!)
    return tool ? { tool, modelRaw: through[1]!.trim() } : null
  }
  for (const pattern of [bracketed, separated]) {
    const match = pattern.exec(text)
    const tool = match && knownTool(match[1]!)
    if (tool) return { tool, modelRaw: match[2]!.trim() }
  }
  const tool = knownTool(text)
  if (tool) return { tool, modelRaw: null }
  if (isModel(text)) return { tool: modelTool(text), modelRaw: text }
  return generic.test(text) ? { tool: 'unknown', modelRaw: null } : null
}

/** A family's name, and then nothing but words of models' names and versions. */
function isModel(text: string): boolean {
  return modelFamily.test(text) && text.split(/[ -]/).every((word) => modelWord.test(word))
}

/** A model alone says who made it, seldom which tool was at work. */
function modelTool(text: string): string {
  return /^chatgpt/i.test(text) ? 'chatgpt' : 'unknown'
}
