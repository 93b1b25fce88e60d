// A small knowledge base in English and French, and questions in other words than its articles.

export const ENGLISH: Record<string, [title: string, body: string]> = {
  refund: ['Getting your money back', 'We refund an order within 30 days. The amount returns to the card that paid.'],
  password: [
    'Reset a forgotten password',
    'Choose “Forgot password” on the sign-in page. We send a link that is valid for one hour.',
  ],
  invoice: [
    'Download invoices',
    'Every invoice is a PDF under Settings, Billing. Accountants get them by email each month.',
  ],
  shipping: ['Delivery times', 'A parcel takes two to four working days. Express delivery arrives tomorrow.'],
  tracking: ['Track a parcel', 'The tracking number is in the email that confirms dispatch.'],
  cancel: ['Cancel a subscription', 'End the plan under Settings, Plan. It stays active until the period is over.'],
  upgrade: ['Change to a bigger plan', 'An upgrade begins at once, and only the difference is charged.'],
  team: [
    'Invite teammates',
    'Open Settings, Team, and enter the addresses of your colleagues. Each seat is charged monthly.',
  ],
  roles: ['Roles and permissions', 'Owners decide who may export contacts or delete conversations.'],
  twofactor: [
    'Two-step verification',
    'Scan the QR code with an authenticator app. Keep the recovery codes in a safe place.',
  ],
  export: ['Export your data', 'A CSV file with all contacts is ready within minutes.'],
  delete: ['Close your account', 'Closing erases all personal data after two weeks.'],
  card: ['Replace a credit card', 'A declined payment is tried again for three days with the new card.'],
  vat: ['VAT and tax numbers', 'Enter the tax number of your company, and VAT is no longer charged.'],
  mobile: ['Mobile app', 'The app for iPhone and Android shows push notifications.'],
  slack: ['Connect Slack', 'New conversations appear in a Slack channel of your choice.'],
  domain: ['Use your own domain', 'Add a CNAME record at your DNS provider. The certificate follows by itself.'],
  broken: [
    'A product arrived damaged',
    'Send a photo of the damage, and a replacement leaves the warehouse the same day.',
  ],
  discount: ['Discounts for charities', 'Non-profit organisations and schools pay half.'],
  hours: ['Opening hours', 'We answer from Monday to Friday, nine to five, London time.'],
}

export const FRENCH: Record<string, [title: string, body: string]> = {
  remboursement: [
    'Demander un remboursement',
    'Nous remboursons une commande dans les trente jours, sur la carte utilisée.',
  ],
  motdepasse: ['Mot de passe oublié', 'Cliquez sur « Mot de passe oublié ». Le lien reste valable une heure.'],
  facture: ['Télécharger une facture', 'Chaque facture est un PDF dans Paramètres, Facturation.'],
  livraison: ['Délais de livraison', 'Un colis met deux à quatre jours ouvrés. La livraison express arrive demain.'],
  suivi: ['Suivre un colis', 'Le numéro de suivi se trouve dans l’e-mail d’expédition.'],
  resiliation: [
    'Résilier un abonnement',
    'Mettez fin à la formule dans Paramètres. Elle reste active jusqu’à l’échéance.',
  ],
  equipe: ['Inviter des collègues', 'Saisissez leurs adresses dans Paramètres, Équipe.'],
  droits: ['Rôles et autorisations', 'Les propriétaires décident qui peut exporter les contacts.'],
  double: ['Validation en deux étapes', 'Scannez le QR code avec une application. Gardez les codes de secours.'],
  exporter: ['Exporter vos données', 'Un fichier CSV de tous les contacts est prêt en quelques minutes.'],
  compte: ['Fermer votre compte', 'Toutes les données personnelles sont effacées après deux semaines.'],
  carte: ['Remplacer une carte bancaire', 'Un paiement refusé est tenté à nouveau pendant trois jours.'],
  tva: ['TVA et numéro fiscal', 'Indiquez le numéro fiscal de votre société.'],
  mobile: ['Application mobile', 'L’application affiche les notifications sur téléphone.'],
  slack: ['Connecter Slack', 'Les nouvelles conversations apparaissent dans un canal Slack.'],
  domaine: ['Utiliser votre domaine', 'Ajoutez un enregistrement CNAME chez votre fournisseur DNS.'],
  abime: ['Produit arrivé abîmé', 'Envoyez une photo du dommage, et un remplacement part le jour même.'],
  reduction: ['Réductions pour associations', 'Les écoles et les organismes à but non lucratif paient la moitié.'],
  horaires: ['Horaires d’ouverture', 'Nous répondons du lundi au vendredi, de neuf à dix-sept heures.'],
  bienvenue: ['Premiers pas', 'Installez la messagerie sur votre site et accueillez vos visiteurs.'],
}

/** The last ones have words that are misspelt. */
export const QUESTIONS: [question: string, article: keyof typeof ENGLISH | keyof typeof FRENCH][] = [
  ['How do I get my money back for an order?', 'refund'],
  ['I forgot my passwords, what now?', 'password'],
  ['Where can I find the PDF invoice for my accountant?', 'invoice'],
  ['How long do parcels take to be delivered by express delivery?', 'shipping'],
  ['How can I end my subscriptions?', 'cancel'],
  ['Can I invite a colleague to the team?', 'team'],
  ['Who may delete a conversation?', 'roles'],
  ['My payment was declined by the card', 'card'],
  ['The product that I got was damaged', 'broken'],
  ['Do schools get discounts?', 'discount'],
  ['Comment obtenir le remboursement de ma commande ?', 'remboursement'],
  ['Où sont mes factures en PDF ?', 'facture'],
  ['Quels sont les délais pour recevoir mes colis ?', 'livraison'],
  ['Je veux résilier mes abonnements', 'resiliation'],
  ['Mes données personnelles seront-elles effacées ?', 'compte'],
  ['Quels jours de la semaine répondez-vous, le lundi ou le vendredi ?', 'horaires'],
  ['How do I dowload an invioce?', 'invoice'],
  ['conect slak to my conversatons', 'slack'],
  ['two step verificaton with an autenticator', 'twofactor'],
  ['Où trouver le numéro de suivie du coli dans l’e-mail d’expéditon ?', 'suivi'],
]
