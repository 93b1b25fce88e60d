// The words that mail programs write around quoted and forwarded mail, for each language, with the source of each word.
// Data only: `mailer-words.ts` reads it.

/**
 * A language in two lines: first the labels of quoted header lines, then verbs, separators and prefixes of subjects. Each
 * word is followed by letters, which say where it was found:
 *
 * - T: Thunderbird, `mime.properties` and `composeMsgs.properties` of thunderbird/thunderbird-l10n
 * - K: K-9 Mail and Thunderbird for Android, `message_compose_quote_header_*` of thunderbird/thunderbird-android
 * - F: mails of Apple Mail, Gmail, Outlook, Yahoo, HubSpot and IONOS in the fixtures of crisp-oss/email-forward-parser
 * - G: parsers that were written from such mails: crisp-oss/email-reply-parser, discourse/email_reply_trimmer, and tests of
 *   Outlook's Bulgarian, Catalan and Latvian in public repositories
 * - O: mails of Outlook in public archives (the list linux-kernel@vger.kernel.org for zh, a Greek data set for el)
 * - R: jeevatkm/ReplyWithHeaderMozilla
 * - W: the article “List of email subject abbreviations” of Wikipedia
 * - M: a mail in `test/mails`
 */
export const MAILER_WORDS = `
ar; from: مِن KT | من OR; date: التاريخ T | المُرسل K | المرسلة R; to: إلى KT; cc: cc T | نسخة كربونية K; subject: الموضوع KT;
    wrote: كتب T; original: الرسالة الأصليَّة T | الرسالة الأصلية K; forwarded: رسالة ممرّرة T; re: رد W; fwd: إعادة توجيه W
bg; from: от KT; date: дата T | изпрати до K | изпратено G; to: до KT; cc: cc T | копие K; subject: тема KT;
    wrote: написа T; original: оригинално писмо KT; forwarded: препратено писмо T
ca; from: de KT; date: data T | enviat K | enviat el G; to: a KT | per a G; cc: cc T | a/c K; subject: assumpte KT;
    wrote: ha escrit T; original: missatge original KT; forwarded: missatge reenviat T
cs; from: od FT | odesílatel K; date: datum FT | odesláno K; to: komu FKT; cc: kopie FKT; reply_to: odpověď na F; subject: předmět FKT;
    wrote: napsal T; original: původní zpráva KT; forwarded: přeposlaná zpráva FT | začátek přeposílané zprávy F
da; from: fra FKT; date: dato FT | sendt FK; to: til FKT; cc: kopi til (cc) T | cc FK; reply_to: svar til F; subject: emne FKT;
    wrote: skrev T; original: oprindelig meddelelse T | original besked K | oprindelig besked G; forwarded: videresendt meddelelse FT | start på videresendt besked F; re: sv W; fwd: vs F
de; from: von FKT; date: datum FT | gesendet FK; to: an FKT; cc: kopie (cc) T | cc FK | kopie F; reply_to: antwort an F; subject: betreff FKT;
    wrote: schrieb T; original: original-nachricht T | ursprüngliche nachricht K; forwarded: weitergeleitete nachricht FT | anfang der weitergeleiteten nachricht F; re: aw W; fwd: wg F
el; from: από KT; date: ημερομηνία T | αποστολή K | στάλθηκε O; to: προς KT; cc: κοιν. T | κοιν K; subject: θέμα KT;
    wrote: έγραψε T; original: αρχικό μήνυμα T | πρωτότυπο μήνυμα K; forwarded: προωθημένο μήνυμα T; re: απ W | σχετ W; fwd: πρθ W
en; from: from F; date: date F | sent F; to: to F; cc: cc F; reply_to: reply-to F; subject: subject F;
    wrote: wrote T; original: original message G | reply message G | original appointment M; forwarded: begin forwarded message F | forwarded message F; re: re W; fwd: fwd F | fw F
es; from: de FKT; date: fecha FT | enviado FK | enviado el G; to: para FKT | a F; cc: cc FKT; reply_to: responder a F; subject: asunto FKT;
    wrote: escribió T; original: mensaje original T | correo original K; forwarded: mensaje reenviado FT | inicio del mensaje reenviado F; fwd: rv F
et; from: saatja FT | kellelt K; date: kuupäev T | saadetud K; to: saaja T | kellele K; cc: koopia KT; subject: teema KT;
    wrote: kirjutas T; original: algne kiri KT; forwarded: edastatud kiri T
fa; from: از K; date: ارسال K; to: به K; cc: رونوشت به K; subject: موضوع K;
    original: پیام نخستین K
fi; from: lähettäjä FKT; date: päiväys FT | lähetetty FK | päivämäärä F; to: vastaanottaja FKT; cc: cc FT | kopio FK; reply_to: vastaus F; subject: aihe FKT;
    wrote: kirjoitti T; original: alkuperäinen viesti KT; forwarded: välitetty viesti alkaa F | edelleenlähetetty viesti F | välitetty viesti T; re: vs W; fwd: vl F
fr; from: de FKT | expéditeur G; date: date FT | envoyé FK; to: pour FT | à FK | destinataire G; cc: copie à FT | cc FK; reply_to: répondre à F; subject: sujet FT | objet FK;
    wrote: écrit T; original: message original T | courriel initial K | message d’origine G | message d'origine G; forwarded: message transféré FT | début du message réexpédié F | début du message transféré F | message transmis F; fwd: tr F
he; from: מאת KT; date: תאריך T | נשלח K; to: אל KT; cc: עותק KT; subject: נושא KT;
    wrote: נכתב על ידי T; original: הודעה מקורית KT; forwarded: הודעה שהועברה T; re: תגובה W; fwd: הועבר W
hr; from: šalje FT | od K; date: datum FT | poslano K; to: prima FT | za K; cc: cc FKT; reply_to: odgovori na F; subject: naslov FT | predmet F;
    wrote: piše T; original: izvorna poruka T | originalna poruka K; forwarded: proslijeđena poruka FT | započni proslijeđenu poruku F
hu; from: feladó FKT; date: dátum FT | elküldve FK; to: címzett FKT; cc: cc FT | másolat FK | másolatot kap F; reply_to: válaszcím F; subject: tárgy FKT;
    wrote: írta T; original: eredeti üzenet KT; forwarded: továbbított üzenet FT | továbbított levél kezdete F; re: vá W; fwd: továbbítás W
id; from: dari KT; date: tanggal T | terkirim K; to: kepada KT; cc: cc KT; subject: subjek KT;
    wrote: menulis T; original: pesan asli T | pesan orisinal K; forwarded: pesan diteruskan T; re: bls W; fwd: trs W
is; from: frá KT; date: dagsetning T; to: til KT; cc: cc T | afrit K; subject: viðfangsefni KT;
    wrote: skrifaði T; original: upprunalegur póstur T | upprunaleg skilaboð K; forwarded: áframsendur póstur T; re: sv W; fwd: fs W
it; from: mittente FT | da FK; date: data FT | inviato il K | inviato F; to: a FKT; cc: cc FKT; reply_to: rispondi a F; subject: oggetto FKT;
    wrote: scritto T; original: messaggio originale KT; forwarded: messaggio inoltrato FT | inizio messaggio inoltrato F; re: r W | rif W; fwd: i F
ja; from: 差出人 K | 送信元 F | 送信者 R; date: 送信日 K | 日付 F | 日時 R; to: 宛先 K | 送信先 F; cc: cc FKT; subject: 件名 FK;
    wrote: のメッセージ G | のメール M | 書きました M; original: 元メール K; forwarded: メッセージを転送 F
ko; from: 보낸 사람 KT; date: 날짜 T | 보낸 날짜 K; to: 받는 사람 KT; cc: 참조 KT; subject: 제목 KT;
    wrote: 쓴 글 T | 작성 G; original: 원본 메시지 KT; forwarded: 전달된 메시지 T
lt; from: kas T | nuo K; date: data T | išsiųsta K; to: kam KT; cc: kopija T | cc K; subject: tema KT;
    wrote: rašė T; original: originalus laiškas T | originalus tekstas K; forwarded: persiųstas laiškas T
lv; from: no T | kas K; date: datums T | nosūtīts K; to: uz T | kam K; cc: kopija T | cc K; subject: temats KT | tēma G;
    wrote: rakstīja T; original: sākotnējā vēstule T | sākotnējā ziņa K; forwarded: pārsūtītā vēstule T
nb; from: fra FKT; date: dato FT | sendt FK; to: til FKT; cc: cc FT | kopi FK; reply_to: svar til F; subject: emne FKT;
    wrote: skrev T; original: opprinnelig melding T | original melding K; forwarded: videresendt melding FT; re: sv W; fwd: vs F | videresend F
nl; from: van FKT; date: datum FT | verzonden K; to: aan FKT; cc: cc FKT | kopie F; reply_to: antwoord aan F; subject: onderwerp FKT;
    wrote: schreef T | geschreven G; original: oorspronkelijk bericht T | origineel bericht K; forwarded: doorgestuurd bericht FT | begin doorgestuurd bericht F; re: antw W; fwd: doorst W
pl; from: nadawca FT | od FK; date: data FT | wysłane K | wysłano F; to: adresat FT | do FK; cc: kopia FT | dw FK; reply_to: odpowiedź-do F; subject: temat FKT;
    wrote: pisze T | napisał G; original: treść oryginalnej wiadomości T | wiadomość oryginalna K; forwarded: treść przekazanej wiadomości FT | początek przekazywanej wiadomości F | przekazana wiadomość F | wiadomość przesłana dalej F; re: odp W; fwd: pd F
pt; from: de FKT; date: data FT | enviado FK | enviada em G; to: para FKT; cc: cc FKT; reply_to: responder a F; subject: assunto FKT;
    wrote: escreveu T; original: mensagem original KT; forwarded: mensagem encaminhada FT | mensagem reencaminhada FT | início da mensagem reencaminhada F | início da mensagem encaminhada F; re: res W; fwd: enc F
ro; from: de la FKT | expeditorul F; date: dată FT | trimis FK; to: către FT | la K | destinatarul F; cc: cc FKT; reply_to: răspuns către F; subject: subiect FKT | subiectul F;
    wrote: a scris T; original: mesajul original T | mesaj original K; forwarded: mesaj redirecționat FT | începe mesajul redirecționat F; fwd: redir. F
ru; from: от FKT | отправитель F; date: дата FT | отправлено FK; to: кому FKT; cc: копия FKT; reply_to: ответ-кому F; subject: тема FKT;
    wrote: пишет T | писал F | написал F; original: исходное сообщение KT; forwarded: перенаправленное сообщение FT | пересылаемое сообщение F | начало переадресованного сообщения F
sk; from: od FKT; date: dátum FT | odoslané FK; to: pre FT | komu FK; cc: kópia FKT | cc F; reply_to: odpovedať-pre F; subject: predmet FKT;
    wrote: napísal T; original: pôvodná správa KT; forwarded: začiatok preposlanej správy F | preposlaná správa FT
sl; from: od KT; date: datum T | poslano K; to: za KT; cc: kp KT; subject: zadeva KT;
    wrote: napisal T; original: izvirno sporočilo KT; forwarded: posredovano sporočilo T
sr; from: шаље T | од K; date: датум T | послато K; to: прима T | за K; cc: коп T | копија K; subject: тема KT;
    wrote: пише T; original: изворна порука T | оригинална порука K; forwarded: прослеђена порука T
sv; from: från FKT; date: datum FT | skickat FK; to: till FKT; cc: kopia FKT; reply_to: svara till F; subject: ämne FKT;
    wrote: skrev T; original: ursprungligt meddelande T | originalmeddelande K; forwarded: vidarebefordrat meddelande FT | vidarebefordrat mejl F; re: sv W; fwd: vb F
th; from: จาก T; date: วันที่ T; to: ถึง T; cc: สำเนาถึง T; subject: หัวเรื่อง T;
    wrote: เขียนว่า T; original: ข้อความต้นฉบับ T; forwarded: ข้อความที่ส่งต่อ T
tr; from: kimden FKT | gönderen F; date: tarih FT | gönderilme K | gönderilen F; to: kime FKT; cc: cc FKT | bilgi F; reply_to: yanıt adresi F; subject: konu FKT;
    wrote: yazdı T; original: özgün i̇leti KT; forwarded: i̇letilen i̇leti FT | i̇leti başlangıcı F | " F | i̇letilmiş mesaj F; re: ynt W; fwd: i̇lt F
uk; from: від FKT | від кого F; date: дата FT | надіслано K | відправлено F; to: кому FKT; cc: cc FT | копія FK; reply_to: кому відповісти F; subject: тема FKT;
    wrote: пише G; original: початкове повідомлення T | оригінальне повідомлення K; forwarded: переслане повідомлення FT | початок листа, що пересилається F | перенаправлене повідомлення F
vi; from: từ KT; date: ngày T | đã gửi K; to: tới KT; cc: cc KT; subject: tiêu đề T | chủ đề K;
    wrote: đã viết T; original: thư gốc KT; forwarded: tin nhắn đã được chuyển tiếp T
zh; from: 发件人 KT | 從 T | 寄件者 K; date: 日期 T | 发送时间 K | 寄送日期 K | 寄件日期 O; to: 收件人 KT | 到 T | 收件者 K; cc: 抄送 KT | 副本 KT; subject: 主题 KT | 主旨 KT;
    wrote: 写道 T | 寫道 T; original: 原始消息 T | 原始邮件 GK | 原始郵件 KT; forwarded: 转发的消息 T | 轉寄郵件 T; re: 回复 W | 回覆 W; fwd: 转发 W | 轉寄 W
`

/** Separators that were seen in mails, without a public source. */
export const MORE_SEPARATORS = [
  'original | forwarded mail | originalnachricht | antwort nachricht | courriel original | forwarded by | mensagem original',
  'originalmeddelande | oryginalna wiadomość | wiadomość przekazana | оригинальное сообщение | вихідне повідомлення',
  'пересланное сообщение | 转发邮件 | 转发的邮件 | 元のメッセージ | 転送されたメッセージ | 원본 메일 | orijinal mesaj',
  'videresendt brev | vidarebefordrat brev | 下面是被转发的邮件',
].join(' | ')

/** The signatures that phones and programs add. */
export const MOBILE =
  /^(sent (from|via|with|using) |get outlook for |envoyé (de|depuis|à partir de|avec) |télécharger outlook |von meinem .{1,40} gesendet|gesendet (von|mit|aus) |outlook für |enviado (desde|do|de|a partir) |inviato (da|dal) |verzonden (vanaf|met|vanuit) |verstuurd vanaf |skickat från |skickat från |sendt fra |lähetetty |wysłane z |wysłano z |отправлено (с|из) |odesláno z |iphoneから送信|androidから送信|发自我的|發自我的|从我的.{1,20}发送|나의 .{1,20}에서 보냄|iphone에서 보냄|iphone'umdan gönderildi)/i
