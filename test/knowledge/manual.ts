// The manual of a bicycle hire in English and French, and questions in other words than its passages.
import { readFileSync } from 'node:fs'
import type { Call } from '../app.ts'

export type ManualArticle = { title: string; sections: [heading: string, text: string][] }

/** The files have a line for each section, after the title of the article. */
const read = (name: string): ManualArticle[] =>
  readFileSync(new URL(name, import.meta.url), 'utf8')
    .trim()
    .split('\n\n')
    .map((article) => {
      const [title = '', ...sections] = article.split('\n')
      return { title, sections: sections.map((line) => line.split(/: (.*)/s).slice(0, 2) as [string, string]) }
    })

export const MANUAL = { en: read('manual-en.txt'), fr: read('manual-fr.txt') }

const bodyOf = ({ sections }: ManualArticle) =>
  sections.map(([heading, text]) => `<h2>${heading}</h2><p>${text}</p>`).join('')

/** Publishes the manual in both languages. */
export async function publishManual(call: Call, author_id: string): Promise<void> {
  const { body: center } = await call('POST /extensions/help_centers', {
    ...{ identifier: 'fr', display_name: 'Aide', locales: ['fr'], default_locale: 'fr' },
  })
  const { body: collection } = await call('POST /help_center/collections', { name: 'C', help_center_id: center.id })
  for (const [locale, articles] of Object.entries(MANUAL))
    for (const article of articles) {
      const placed = locale === 'fr' ? { parent_ids: [collection.id] } : {}
      const { status, text } = await call('POST /articles', {
        ...{ title: article.title, body: bodyOf(article), author_id, state: 'published', ...placed },
      })
      if (status !== 200) throw new Error(text)
    }
}

/** `title` is that of the article that answers it, and `heading` its section. */
export const ANSWERED: [question: string, title: string, heading: string][] = [
  ['How much is it to hire a bike for the whole day?', 'Rental prices', 'By the day'],
  ['What do I pay if I bring the bike back an hour late?', 'Rental prices', 'Late return'],
  ['How far can I go with a full battery?', 'Electric bikes', 'Range'],
  ['How many hours does the battery take to charge?', 'Electric bikes', 'Charging'],
  ['Which age can a child be for the seat?', 'Child seats and trailers', 'Child seat'],
  ['My helmet fell on the ground, what now?', 'Helmets', 'After a fall'],
  ['Can I share the membership with people of my household?', 'Membership', 'Family plan'],
  ['Can I freeze my membership during the winter?', 'Pausing a membership', 'How long'],
  ['Where do I enter the digits of my gift card?', 'Gift cards', 'Redeeming'],
  ['Do students pay less?', 'Students', 'Reduction'],
  ['When is the deposit on my card released?', 'Paying', 'Deposit'],
  ['May I pay cash?', 'Paying', 'Cash'],
  ['I need a receipt for my ride', 'Receipts', 'Where they are'],
  ['The bike was stolen, whom do I call?', 'Theft', 'First step'],
  ['Is there insurance for harm to others?', 'Accidents', 'Insurance'],
  ['Who pays for a puncture?', 'Punctures', 'Who pays'],
  ['Why do the new brake pads squeal?', 'Brakes', 'Squeaking'],
  ['Is the workshop open on Saturdays?', 'Workshop', 'Opening'],
  ['All docks of the station are full', 'Stations', 'Full dock'],
  ['Does the lock open in a tunnel without signal?', 'The app', 'Without signal'],
  ['I want to use a new email address', 'Your account', 'Change the email address'],
  ['I typed five wrong PINs and am locked out', 'Forgotten PIN', 'Locked'],
  ['Please give me a copy of my personal data', 'Privacy', 'Your copy'],
  ['How heavy a load can the cargo box carry?', 'Cargo bikes', 'Load'],
  ['Can I take a folded bike on the train?', 'Folding bikes', 'On trains'],
  ['To which pressure should I pump the tyres?', 'Tyres', 'Pressure'],
  ['Combien coûte un vélo pour la journée entière ?', 'Tarifs de location', 'À la journée'],
  ['Combien de kilomètres avec une batterie pleine ?', 'Vélos électriques', 'Autonomie'],
  ['Comment brancher le chargeur de la batterie ?', 'Vélos électriques', 'Recharge'],
  ['À partir de quel âge le siège enfant convient-il ?', 'Sièges enfant et remorques', 'Siège enfant'],
  ['Mon casque a heurté le sol', 'Casques', 'Après une chute'],
  ['Quel est le prix de la formule annuelle ?', 'Adhésion', 'Formule annuelle'],
  ['Puis-je geler mon adhésion cet hiver ?', 'Suspendre une adhésion', 'Durée'],
  ['Combien de temps la carte cadeau est-elle valable ?', 'Cartes cadeaux', 'Validité'],
  ['Où envoyer la photo de ma carte d’étudiant ?', 'Étudiants', 'Justificatif'],
  ['Puis-je payer avec des pièces et des billets ?', 'Paiement', 'Espèces'],
  ['Quand la caution est-elle libérée ?', 'Paiement', 'Caution'],
  ['J’ai perdu mes clés dans un panier', 'Objets trouvés', ''],
  ['Mon vélo loué a été volé', 'Vol', 'Première étape'],
  ['Dans quel délai remplir le constat d’accident ?', 'Accidents', 'Déclaration'],
  ['Les freins neufs grincent', 'Freins', 'Grincement'],
  ['À quelle heure ferme l’atelier le samedi ?', 'Atelier', 'Horaires de l’atelier'],
  ['Quand monte-t-on les pneus cloutés ?', 'Hiver', 'Verglas'],
  ['Toutes les bornes sont occupées, que faire ?', 'Stations', 'Borne pleine'],
  ['Le cadenas ne s’ouvre pas dans le tunnel', 'L’application', 'Sans réseau'],
  ['Comment changer de numéro de téléphone ?', 'Votre compte', 'Changer de numéro'],
  ['Je veux une copie de mes données personnelles', 'Vie privée', 'Votre copie'],
  ['Comment arrêter la lettre d’information ?', 'Notifications', 'Lettre'],
  ['Un vélo plié voyage-t-il gratuitement en tram ?', 'Vélos pliants', 'Dans le train'],
  ['Ma chaîne a déraillé, comment la remonter ?', 'Chaînes', 'Déraillement'],
]

/** Nothing in the manual answers these, although some share words with it. */
export const UNANSWERED: string[] = [
  'Who won the football match yesterday?',
  'Can you recommend a restaurant with vegetarian food near the castle?',
  'How do I file my income tax return?',
  'Do you rent kayaks and surfboards?',
  'What is the capital of Australia?',
  'Is my dog allowed to sleep in the hotel room?',
  'Quel temps fera-t-il demain à Marseille ?',
  'Proposez-vous des cours de natation pour débutants ?',
  'Comment cuire un gâteau au chocolat sans gluten ?',
  'Où puis-je acheter des billets de cinéma ?',
]
