// The worker thread that converts content.
import { answerTasks } from '#threads/tasks.ts'
import { contentOf, contentOfMarkdown } from './content.ts'
import type { ContentTasks } from './convert.ts'

const tasks: ContentTasks = { contentOf, contentOfMarkdown }

answerTasks(tasks)
