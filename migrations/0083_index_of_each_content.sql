-- Triggers that write the index of content (0082), and the rows of what exists already.

-- The text of an external page, for search. Pages of the API were stored as they were given: their text is without markup.
alter table external_pages add body_text text not null default '';
update external_pages set body_text = btrim(regexp_replace(regexp_replace(
  replace(replace(replace(replace(replace(
    regexp_replace(regexp_replace(regexp_replace(html,
      '<(script|style)[^<>]*>(?:[^<]|<(?!/\1))*</\1>', '', 'gi'),
      '</?(?:p|div|h[1-6]|li|ul|ol|tr|table|br|blockquote|pre|section|article)[^<>]*>', E'\n', 'gi'),
      '<[^<>]*>', '', 'g'),
    '&lt;', '<'), '&gt;', '>'), '&quot;', '"'), '&nbsp;', ' '), '&amp;', '&'),
  '[ \t\r]*\n[ \t\r]*', E'\n', 'g'), '\n{2,}', E'\n', 'g'), E'\n ');
alter table external_pages alter body_text drop default;

create function article_document(content article_contents) returns content_documents language sql stable as $$
  select content.workspace_id, 'article_content', content.id, content.article_id, content.locale, content.title, null::text,
    content.state = 'published', true, content.audience_ids, content.ai_chatbot_availability,
    content.ai_copilot_availability, content.ai_sales_agent_availability, articles.folder_id, content.created_by_id,
    content.updated_by_id, content.created_at, content.updated_at, ''::tsvector, ''::tsvector
  from articles where articles.workspace_id = content.workspace_id and articles.id = content.article_id
$$;

create function internal_article_document(article internal_articles) returns content_documents language sql stable as $$
  select article.workspace_id, 'internal_article', article.id, null::bigint, article.locale, article.title, null::text, true,
    true, article.audience_ids, article.ai_chatbot_availability, article.ai_copilot_availability,
    article.ai_sales_agent_availability, article.folder_id, article.author_id, null::bigint, article.created_at,
    article.updated_at, ''::tsvector, ''::tsvector
$$;

create function snippet_document(snippet content_snippets) returns content_documents language sql stable as $$
  select snippet.workspace_id, 'content_snippet', snippet.id, null::bigint, snippet.locale, snippet.title, null::text, true,
    true, snippet.audience_ids, snippet.ai_chatbot_availability, snippet.ai_copilot_availability,
    snippet.ai_sales_agent_availability, snippet.folder_id, null::bigint, null::bigint, snippet.created_at,
    snippet.updated_at, ''::tsvector, ''::tsvector
$$;

create function external_page_document(page external_pages) returns content_documents language sql stable as $$
  select page.workspace_id, 'external_content', page.id, null::bigint, page.locale, page.title, page.url, true,
    sources.status = 'active', page.audience_ids, page.ai_agent_availability, page.ai_copilot_availability,
    page.ai_sales_agent_availability, null::bigint, null::bigint, null::bigint, page.created_at, page.updated_at,
    ''::tsvector, ''::tsvector
  from content_import_sources sources where sources.workspace_id = page.workspace_id and sources.id = page.source_id
$$;

-- Writes all that is known of a content besides its words.
create function set_content_document(document content_documents) returns void language sql as $$
  update content_documents
  set url = document.url, is_published = document.is_published, is_active = document.is_active,
    audience_ids = document.audience_ids, ai_chatbot_availability = document.ai_chatbot_availability,
    ai_copilot_availability = document.ai_copilot_availability,
    ai_sales_agent_availability = document.ai_sales_agent_availability, folder_id = document.folder_id,
    created_by_id = document.created_by_id, updated_by_id = document.updated_by_id, updated_at = document.updated_at
  where workspace_id = document.workspace_id and type = document.type and id = document.id
$$;

create function article_contents_indexed() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and (old.title, old.description, old.body) is not distinct from (new.title, new.description, new.body) then
    perform set_content_document(article_document(new));
  else
    perform index_content(article_document(new), new.description, new.body_text, content_headings(new.body));
  end if;
  return null;
end $$;

create function internal_articles_indexed() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and (old.title, old.body, old.locale) is not distinct from (new.title, new.body, new.locale) then
    perform set_content_document(internal_article_document(new));
  else
    perform index_content(internal_article_document(new), '', new.body_text, content_headings(new.body));
  end if;
  return null;
end $$;

create function snippet_headings(markdown text) returns text[] language sql immutable parallel safe as $$
  select array(select btrim(found[1], ' #') from regexp_matches(markdown, '^#{1,6} +([^\n]+)$', 'gn') found)
$$;

create function content_snippets_indexed() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and (old.title, old.body_markdown, old.locale) is not distinct from (new.title, new.body_markdown, new.locale) then
    perform set_content_document(snippet_document(new));
  else
    perform index_content(snippet_document(new), '', new.body_text, snippet_headings(new.body_markdown));
  end if;
  return null;
end $$;

create function external_pages_indexed() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and (old.title, old.html, old.body_text, old.locale) is not distinct from
    (new.title, new.html, new.body_text, new.locale)
  then
    perform set_content_document(external_page_document(new));
  else
    perform index_content(external_page_document(new), '', new.body_text, content_headings(new.html));
  end if;
  return null;
end $$;

create trigger article_contents_indexed after insert or update on article_contents
  for each row execute function article_contents_indexed();
create trigger internal_articles_indexed after insert or update on internal_articles
  for each row execute function internal_articles_indexed();
create trigger content_snippets_indexed after insert or update on content_snippets
  for each row execute function content_snippets_indexed();
create trigger external_pages_indexed after insert or update on external_pages
  for each row execute function external_pages_indexed();

-- The argument is the type.
create function content_deleted() returns trigger language plpgsql as $$
begin
  delete from content_documents
  where workspace_id = old.workspace_id and type = tg_argv[0] and id = old.id;
  return null;
end $$;

create trigger article_contents_deleted after delete on article_contents
  for each row execute function content_deleted('article_content');
create trigger internal_articles_deleted after delete on internal_articles
  for each row execute function content_deleted('internal_article');
create trigger content_snippets_deleted after delete on content_snippets
  for each row execute function content_deleted('content_snippet');
create trigger external_pages_deleted after delete on external_pages
  for each row execute function content_deleted('external_content');

create function articles_moved() returns trigger language plpgsql as $$
begin
  update content_documents set folder_id = new.folder_id
  where workspace_id = new.workspace_id and article_id = new.id;
  return null;
end $$;
create trigger articles_moved after update of folder_id on articles for each row
  when (old.folder_id is distinct from new.folder_id) execute function articles_moved();

create function import_source_switched() returns trigger language plpgsql as $$
begin
  update content_documents set is_active = new.status = 'active'
  from external_pages pages
  where pages.workspace_id = new.workspace_id and pages.source_id = new.id
    and content_documents.workspace_id = new.workspace_id and content_documents.type = 'external_content'
    and content_documents.id = pages.id;
  return null;
end $$;
create trigger import_source_switched after update of status on content_import_sources for each row
  when (old.status is distinct from new.status) execute function import_source_switched();

select index_content(article_document(contents), description, body_text, content_headings(body)) from article_contents contents;
select index_content(internal_article_document(articles), '', body_text, content_headings(body)) from internal_articles articles;
select index_content(snippet_document(snippets), '', body_text, snippet_headings(body_markdown)) from content_snippets snippets;
select index_content(external_page_document(pages), '', body_text, content_headings(html)) from external_pages pages;

drop index article_contents_words;
alter table article_contents drop words;
drop index internal_articles_words;
alter table internal_articles drop words;
