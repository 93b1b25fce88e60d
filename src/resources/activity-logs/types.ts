// The types of activities, as Intercom lists them.

export const ACTIVITY_TYPES = [
  ...['admin_conversation_assignment_limit_change', 'admin_ticket_assignment_limit_change', 'admin_avatar_change'],
  ...['admin_away_mode_change', 'admin_deletion', 'admin_deprovisioned', 'admin_impersonation_end'],
  ...['admin_impersonation_start', 'admin_invite_change', 'admin_invite_creation', 'admin_invite_deletion'],
  ...['admin_login_failure', 'admin_login_success', 'admin_logout', 'admin_occupancy_setting_change'],
  ...['admin_occupancy_state_change', 'admin_password_reset_request', 'admin_password_reset_success'],
  ...['admin_permission_change', 'admin_provisioned', 'admin_two_factor_auth_change'],
  ...['admin_unauthorized_sign_in_method', 'app_admin_join', 'app_authentication_method_change', 'app_data_deletion'],
  ...['app_data_export', 'app_google_sso_domain_change', 'app_identity_verification_change', 'app_name_change'],
  ...['app_outbound_address_change', 'app_package_installation', 'app_package_token_regeneration'],
  ...['app_package_uninstallation', 'app_team_creation', 'app_team_deletion', 'app_team_membership_modification'],
  ...['app_timezone_change', 'app_webhook_creation', 'app_webhook_deletion', 'articles_in_messenger_enabled_change'],
  ...['bulk_delete', 'bulk_export', 'campaign_deletion', 'campaign_state_change', 'conversation_part_deletion'],
  ...['conversation_pdf_export', 'conversation_topic_change', 'conversation_topic_creation'],
  ...['conversation_topic_deletion', 'help_center_settings_change', 'inbound_conversations_change'],
  ...['inbox_access_change', 'inbox_bulk_action', 'message_deletion', 'message_state_change'],
  ...['messenger_look_and_feel_change', 'messenger_search_required_change', 'messenger_spaces_change'],
  ...['office_hours_change', 'role_change', 'role_creation', 'role_deletion', 'ruleset_activation_title_preview'],
  ...['ruleset_creation', 'ruleset_deletion', 'search_browse_enabled_change', 'search_browse_required_change'],
  ...['seat_change', 'seat_revoke', 'security_settings_change', 'temporary_expectation_change'],
  ...['upfront_email_collection_change', 'welcome_message_change', 'hide_csat_from_agents_setting_change'],
] as const

export type ActivityType = (typeof ACTIVITY_TYPES)[number]
