// The words that mail programs use, in many languages, to mark quotes, forwarded mail and signatures.

/** The label of the sender in quoted header lines. */
const FROM =
  'from|von|de|da|van|från|fra|lähettäjä|od|от|від|odesílatel|feladó|gönderen|kimden|expéditeur|remitente|mittente|remetente|afzender|발신|보낸 사람|보낸사람|发件人|寄件者|差出人|送信者|από|מאת|من'

/** The labels of the other quoted header lines: date, recipients, subject. */
const OTHERS =
  'sent|date|to|cc|subject|reply-to|gesendet|datum|an|betreff|envoyé|envoyé le|date d’envoi|à|objet|enviado|enviado el|fecha|para|asunto|inviato|data|a|oggetto|enviada em|enviado em|assunto|verzonden|aan|onderwerp|skickat|till|ämne|sendt|dato|til|emne|lähetetty|päivämäärä|vastaanottaja|aihe|wysłano|do|temat|дата|отправлено|кому|тема|копия|odesláno|komu|předmět|elküldve|címzett|tárgy|gönderildi|tarih|kime|konu|날짜|받는 사람|받는사람|제목|发送时间|时间|日期|收件人|主题|抄送|日時|送信日時|宛先|件名|σταλθηκε|προς|θεμα'

const setOf = (words: string) => new Set(words.split('|'))

export const FROM_LABELS = setOf(FROM)
export const OTHER_LABELS = setOf(OTHERS)

/** The text between dashes above a quoted or forwarded mail. */
export const SEPARATORS = setOf(
  [
    'original message|original|original appointment|forwarded message|forwarded mail|reply message|begin forwarded message',
    'ursprüngliche nachricht|originalnachricht|original-nachricht|weitergeleitete nachricht|antwort nachricht',
    "message d’origine|message d'origine|message original|message transféré|courriel original|forwarded by",
    'mensaje original|mensaje reenviado|messaggio originale|messaggio inoltrato|mensagem original|mensagem encaminhada',
    'oorspronkelijk bericht|doorgestuurd bericht|originalmeddelande|ursprungligt meddelande|vidarebefordrat meddelande',
    'oprindelig meddelelse|videresendt meddelelse|opprinnelig melding|videresendt melding|alkuperäinen viesti',
    'välitetty viesti|wiadomość oryginalna|oryginalna wiadomość|wiadomość przekazana|původní zpráva|přeposlaná zpráva',
    'исходное сообщение|пересылаемое сообщение|пересланное сообщение|оригинальное сообщение|вихідне повідомлення',
    '原始邮件|原始郵件|转发邮件|转发的邮件|轉寄郵件|元のメッセージ|転送されたメッセージ|원본 메시지|원본 메일|전달된 메시지',
    'özgün ileti|orijinal mesaj|eredeti üzenet|αρχικό μήνυμα',
  ].join('|'),
)

/** The same without dashes: how Apple forwards a mail. */
export const BARE_SEPARATORS = setOf(
  [
    'begin forwarded message:|anfang der weitergeleiteten nachricht:|début du message réexpédié :|début du message transféré :',
    'inicio del mensaje reenviado:|inizio messaggio inoltrato:|início da mensagem reencaminhada:|begin doorgestuurd bericht:',
    'vidarebefordrat brev:|videresendt brev:|начало переадресованного сообщения:|転送されたメッセージ:|下面是被转发的邮件：',
  ].join('|'),
)

/** The verb in an attribution: `On 3 May, Ann <ann@example.com> wrote:`. */
export const WROTE =
  'wrote|schrieb|écrit|escribió|escribio|scritto|escreveu|schreef|geschreven|skrev|kirjoitti|napisał|pisze|пишет|писал|написал|пише|написав|napsal|írta|yazdı|yazmış|έγραψε|a scris|写道|寫道|のメッセージ|のメール|書きました|님이 작성|작성|כתב|كتب|đã viết|เขียน'.split(
    '|',
  )

/** The signatures that phones and programs add. */
export const MOBILE =
  /^(sent (from|via|with|using) |get outlook for |envoyé (de|depuis|à partir de|avec) |télécharger outlook |von meinem .{1,40} gesendet|gesendet (von|mit|aus) |outlook für |enviado (desde|do|de|a partir) |inviato (da|dal) |verzonden (vanaf|met|vanuit) |verstuurd vanaf |skickat från |skickat från |sendt fra |lähetetty |wysłane z |wysłano z |отправлено (с|из) |odesláno z |iphoneから送信|androidから送信|发自我的|發自我的|从我的.{1,20}发送|나의 .{1,20}에서 보냄|iphone에서 보냄|iphone'umdan gönderildi)/i
