-- One index over all content: what is searched of articles, internal articles, external pages and snippets. Triggers write it,
-- so that no statement that changes content can forget it.

create table content_documents (
  workspace_id text collate "C" not null references workspaces on delete cascade,
  type text collate "C" not null check (type in ('article_content', 'content_snippet', 'external_content', 'internal_article')),
  -- Of the content: for an article of its content in one locale.
  id bigint not null,
  article_id bigint,
  locale text not null,
  title text not null,
  url text,
  is_published boolean not null,
  -- False while its import source is deactivated.
  is_active boolean not null,
  audience_ids bigint[] not null,
  ai_chatbot_availability boolean not null,
  ai_copilot_availability boolean not null,
  ai_sales_agent_availability boolean not null,
  folder_id bigint,
  created_by_id bigint,
  updated_by_id bigint,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  -- The words of the title alone, and all: of the title with the weight A, of the description and headings with B.
  titles tsvector not null,
  words tsvector not null,
  primary key (workspace_id, type, id)
) with (toast_tuple_target = 512);
create index content_documents_words on content_documents using gin (workspace_id, words);
create index content_documents_titles on content_documents using gin (workspace_id, titles);
create index content_documents_by_update on content_documents (workspace_id, updated_at desc, id desc);
create index content_documents_by_article on content_documents (workspace_id, article_id) where article_id is not null;

-- A few sentences of a document.
create table content_passages (
  workspace_id text collate "C" not null,
  type text collate "C" not null,
  id bigint not null,
  number integer not null,
  -- Where the text is in body_text, in UTF-16 code units as JavaScript counts them.
  starts_at integer not null,
  ends_at integer not null,
  heading text,
  text text not null,
  -- Of the title with the weight A, of the heading with B.
  words tsvector not null,
  primary key (workspace_id, type, id, number),
  foreign key (workspace_id, type, id) references content_documents on delete cascade
);
create index content_passages_words on content_passages using gin (workspace_id, words);

-- The vocabulary of a workspace: each word of its content, by language. A word stays when no content has it any more.
create table content_words (
  workspace_id text collate "C" not null references workspaces on delete cascade,
  language text collate "C" not null,
  word text collate "C" not null,
  stem text collate "C" not null,
  primary key (workspace_id, language, word)
);
create index content_words_by_stem on content_words (workspace_id, language, stem);
-- Without workspace_id, as contact_texts_trigrams: see docs/decisions.
create index content_words_trigrams on content_words using gin (word gin_trgm_ops);

-- What is a letter, and its lower case, whatever the locale of the database is.
do $$ begin
  if current_setting('server_version_num')::int >= 170000 then
    create collation content_letters (provider = builtin, locale = 'C.UTF-8');
  else
    create collation content_letters (provider = icu, locale = 'und');
  end if;
end $$;

-- A text in lower case, without accents. `foldText` in src/resources/content-index/words.ts does the same.
create function content_folded(source text) returns text language sql immutable parallel safe as $$
  select normalize(regexp_replace(normalize(
    replace(replace(replace(replace(replace(replace(replace(
      lower(source collate content_letters),
      'ß', 'ss'), 'œ', 'oe'), 'æ', 'ae'), 'ø', 'o'), 'ł', 'l'), 'đ', 'd'), 'ı', 'i'),
    NFKD), '[\u0300-\u036f]', '', 'g'), NFKC)
$$;

-- The words of a text, in their order. A script without spaces gives each two characters that follow each other, and the last
-- one.
create function content_words_of(source text) returns setof text language sql immutable parallel safe as $$
  select word
  from regexp_matches(
    content_folded(source) collate content_letters,
    '([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+)|((?:(?![\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff])[[:alnum:]\u0591-\u05bd\u064b-\u065f\u0900-\u0963\u0966-\u0dff])+)',
    'g') found,
    lateral (
      select left(found[2], 30) as word where found[2] is not null
      union all
      select substr(found[1], place, 2) from generate_series(1, char_length(found[1])) place
    ) words
$$;

-- Words with their weights and how often they are there, up to a few times. A text with very many words is cut: a tsvector has
-- at most a megabyte.
create function content_vector(title text, headings text, body text) returns tsvector language sql immutable parallel safe as $$
  select coalesce(string_agg(word || ':' || concat_ws(',', (array['1A', '1A,2A'])[least(a, 2)],
    (array['3B', '3B,4B', '3B,4B,5B'])[least(b, 3)],
    (array['6', '6,7', '6,7,8', '6,7,8,9', '6,7,8,9,10'])[least(d, 5)]), ' ')::tsvector, '')
  from (
    select word, count(*) filter (where weight = 'A') as a, count(*) filter (where weight = 'B') as b,
      count(*) filter (where weight = 'D') as d
    from (
      select 'A' as weight, content_words_of(left(title, 1000)) as word
      union all select 'B', content_words_of(left(headings, 10000))
      union all select 'D', content_words_of(left(body, 200000))
    ) words
    group by word order by a desc, b desc limit 6000
  ) counted
$$;

-- The part of a locale that decides how words are stemmed.
create function content_language(locale text) returns text language sql immutable parallel safe as $$
  select split_part(lower(locale), '-', 1)
$$;

-- What the forms of a word have in common: `refunds` and `refund`. Null if the language has no stemmer.
create function content_stemmed(language text, word text) returns text[] language sql immutable parallel safe as $$
  select case language
    when 'ar' then ts_lexize('arabic_stem', word)
    when 'ca' then ts_lexize('catalan_stem', word)
    when 'da' then ts_lexize('danish_stem', word)
    when 'de' then ts_lexize('german_stem', word)
    when 'el' then ts_lexize('greek_stem', word)
    when 'en' then ts_lexize('english_stem', word)
    when 'es' then ts_lexize('spanish_stem', word)
    when 'fi' then ts_lexize('finnish_stem', word)
    when 'fr' then ts_lexize('french_stem', word)
    when 'hu' then ts_lexize('hungarian_stem', word)
    when 'id' then ts_lexize('indonesian_stem', word)
    when 'it' then ts_lexize('italian_stem', word)
    when 'lt' then ts_lexize('lithuanian_stem', word)
    when 'nb' then ts_lexize('norwegian_stem', word)
    when 'nl' then ts_lexize('dutch_stem', word)
    when 'pt' then ts_lexize('portuguese_stem', word)
    when 'ro' then ts_lexize('romanian_stem', word)
    when 'ru' then ts_lexize('russian_stem', word)
    when 'sr' then ts_lexize('serbian_stem', word)
    when 'sv' then ts_lexize('swedish_stem', word)
    when 'tr' then ts_lexize('turkish_stem', word)
  end
$$;

-- The empty list of a stemmer means a word such as `the`: it is its own stem.
create function content_stem(language text, word text) returns text language sql immutable parallel safe as $$
  select coalesce((content_stemmed(language, word))[1], word)
$$;

create function content_is_stop_word(language text, word text) returns boolean language sql immutable parallel safe as $$
  select coalesce(content_stemmed(language, word) = '{}', false)
$$;

-- The length as JavaScript counts it.
create function utf16_length(source text) returns integer language sql immutable parallel safe as $$
  select char_length(source) + case when octet_length(source) = char_length(source) then 0
    else char_length(regexp_replace(source, '[^\U00010000-\U0010ffff]', '', 'g')) end
$$;

create function content_headings(html text) returns text[] language sql immutable parallel safe as $$
  select array(
    select btrim(replace(replace(replace(replace(replace(replace(
      regexp_replace(found[1], '<[^<>]*>', '', 'g'),
      '&nbsp;', E'\u00a0'), '&lt;', '<'), '&gt;', '>'), '&quot;', '"'), '&#39;', ''''), '&amp;', '&'), E' \n\t\u00a0')
    from regexp_matches(html, '<h[1-6][^<>]*>((?:[^<]|<(?!/h[1-6]))*)</h[1-6]>', 'gi') found
  )
$$;

-- Short lines that follow each other are one passage. A line that is long enough is one by itself, and a very long one is
-- split between sentences. A heading is in no passage: those after it stand under it.
create function content_passages_of(body text, headings text[])
returns table (starts_at integer, ends_at integer, heading text, passage text) language plpgsql immutable parallel safe as $$
declare
  most constant integer := 600;
  enough constant integer := 200;
  piece record;
  collected text := '';
  begins_at integer := 0;
  place integer := 0;
  last_line bigint := 0;
  last_is_long boolean := false;
  is_new_line boolean;
begin
  for piece in
    select line_number, line, line = any(headings) as is_heading, char_length(line) >= enough as is_long,
      case when char_length(sentence) <= most then sentence else substr(sentence, 1 + slice * most, most) end as content,
      sentence_number, slice
    from string_to_table(body, E'\n') with ordinality lines (line, line_number),
      lateral string_to_table(
        case when char_length(line) <= most then line
          else regexp_replace(line, '([.!?…]["»”’)]*\s+|[。！？]+)', E'\\1\n', 'g') end, E'\n'
      ) with ordinality sentences (sentence, sentence_number),
      lateral generate_series(0, greatest(char_length(sentence) - 1, 0) / most) slice
    union all
    select null, null, true, true, '', null, null
    order by line_number nulls last, sentence_number, slice
  loop
    is_new_line := piece.line_number is distinct from last_line;
    if is_new_line and last_line > 0 then
      collected := collected || E'\n';
      place := place + 1;
    end if;
    if is_new_line and (piece.is_heading or piece.is_long or last_is_long)
      or char_length(collected) + char_length(piece.content) > most
    then
      passage := btrim(collected, E' \n\t');
      if passage <> '' then
        starts_at := begins_at + char_length(collected) - char_length(ltrim(collected, E' \n\t'));
        ends_at := starts_at + utf16_length(passage);
        return next;
      end if;
      collected := '';
      begins_at := place;
    end if;
    place := place + utf16_length(piece.content);
    if piece.is_heading then
      heading := piece.line;
      begins_at := place;
    else
      collected := collected || piece.content;
    end if;
    last_line := piece.line_number;
    last_is_long := piece.is_long and not piece.is_heading;
  end loop;
end $$;

-- Writes what a content's texts say: its words, its passages, and the vocabulary.
create function index_content(document content_documents, summary text, body text, headings text[])
returns void language plpgsql as $$
begin
  document.titles := content_vector(document.title, '', '');
  document.words := content_vector(document.title, concat_ws(' ', summary, array_to_string(headings, ' ')), body);
  delete from content_documents
  where workspace_id = document.workspace_id and type = document.type and id = document.id;
  insert into content_documents select document.*;

  insert into content_passages (workspace_id, type, id, number, starts_at, ends_at, heading, text, words)
  select document.workspace_id, document.type, document.id, number, starts_at, ends_at, heading, passage,
    content_vector(document.title, heading, passage)
  from content_passages_of(left(body, 500000), headings) with ordinality
    passages (starts_at, ends_at, heading, passage, number);

  -- In one order, so that two transactions do not wait for each other.
  insert into content_words (workspace_id, language, word, stem)
  select document.workspace_id, content_language(document.locale), word, content_stem(content_language(document.locale), word)
  from unnest(tsvector_to_array(document.words)) words (word)
  order by word
  on conflict do nothing;
end $$;
